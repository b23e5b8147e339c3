// SPDX-License-Identifier: MIT
#include <string>

#include "graph/zoo/blocks.hpp"
#include "graph/zoo/zoo.hpp"

namespace fpcpu::networks {

namespace {

Graph build(const ZooOptions& options) {
  Graph graph(options.input());
  int block = 1;
  for (const int channels : {32, 64, 128, 256}) {
    const std::string n = std::to_string(block++);
    add_with_bn_relu(graph, "conv" + n + "a", make_conv2d({.out_channels = channels}));
    add_with_bn_relu(graph, "conv" + n + "b", make_conv2d({.out_channels = channels}));
    graph.add("pool" + n, make_max_pool());
  }
  graph.add("fc1", make_dense({.units = 256, .activation = ActivationKind::relu}));
  graph.add("dropout", make_dropout({.rate = 0.3}));
  add_landmarks(graph, options.points);
  return graph;
}

}  // namespace

/// Eight 3x3 convolutions with batch norm in four resolutions, two dense layers.
ZooEntry bn() {
  return {.name = "bn",
          .summary = "eight convolutions with batch norm, two dense layers",
          .input_size = 100,
          .smallest = 16,
          .multiple = 1,
          .build = build};
}

}  // namespace fpcpu::networks
