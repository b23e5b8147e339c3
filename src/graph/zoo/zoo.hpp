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

/// A named network. Adding one: a file in this folder and a line in zoo.cpp.
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

/// Three 3x3 convolutions with ReLU and max pools, two dense layers.
Graph build_base(const ZooOptions& options);

/// Eight 3x3 convolutions with batch norm in four resolutions, two dense layers.
Graph build_bn(const ZooOptions& options);

/// Seven 3x3 convolutions with batch norm, narrow at the start where maps are large.
Graph build_small(const ZooOptions& options);

/// ResNet-18: 7x7 stem, eight residual blocks of two 3x3 convolutions, global average, dense.
/// Source: He et al., "Deep residual learning for image recognition", CVPR 2016, arXiv 1512.03385.
Graph build_resnet18(const ZooOptions& options);

/// PFLD 1X: inverted residuals; coordinates from three scales: averages of the 1/8 and the 1/16 map, and a convolution
/// over the whole 1/16 map. Without the paper's auxiliary network for head pose.
/// Source: Guo et al., "PFLD: a practical facial landmark detector", arXiv 1902.10859.
Graph build_pfld(const ZooOptions& options);

/// One stack of the hourglass network, 128 channels, four levels: a heat map per point of a quarter of the input's size
/// (H/4 x W/4 x K) instead of coordinates.
/// Source: Newell et al., "Stacked hourglass networks for human pose estimation", ECCV 2016, arXiv 1603.06937.
Graph build_hourglass(const ZooOptions& options);

}  // namespace fpcpu
