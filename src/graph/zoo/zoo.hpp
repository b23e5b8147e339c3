// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.hpp"

namespace fpcpu {

/// What a named network leaves open.
struct ZooOptions {
  int points = 14;
  InputSize input_size = {};  // 0 = the network's own
  int channels = 0;           // of the image: 3 or 1; 0 = the network's own, which is 3

  /// Once both are set.
  [[nodiscard]] Shape input() const noexcept { return {input_size.height, input_size.width, channels}; }
};

/// A named network. Adding one: a file in this folder with a function `ZooEntry NAME()`, and a line in zoo.cpp.
struct ZooEntry {
  std::string_view name;
  std::string_view summary;
  int input_size;                             // px of the square input, when nothing else is asked for
  int smallest;                               // width and height that leave something of the map at the end
  int multiple;                               // width and height must be multiples of it
  Graph (*build)(const ZooOptions& options);  // options.input_size and channels are set
};

[[nodiscard]] const std::vector<ZooEntry>& zoo();

/// @throws Error{usage} for an unknown name, naming the nearest; Error{shape} if the input size does not fit.
[[nodiscard]] Graph make_network(std::string_view name, ZooOptions options);

}  // namespace fpcpu
