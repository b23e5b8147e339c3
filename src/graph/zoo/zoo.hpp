#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.hpp"

namespace fpcpu {

/// What a named network leaves open.
struct ZooOptions {
  int points = 14;
  int input_size = 0;  // px of the square input; 0 = the network's own
};

/// A named network. Adding one: a file in this folder and a line in zoo.cpp.
struct ZooEntry {
  std::string_view name;
  std::string_view summary;
  int input_size;
  Graph (*build)(const ZooOptions& options);  // options.input_size is set
};

[[nodiscard]] const std::vector<ZooEntry>& zoo();

/// @throws Error{usage} for an unknown name, naming the nearest; Error{shape} if the input is too small.
[[nodiscard]] Graph make_network(std::string_view name, ZooOptions options);

Graph build_base(const ZooOptions& options);
Graph build_bn(const ZooOptions& options);
Graph build_small(const ZooOptions& options);

}  // namespace fpcpu
