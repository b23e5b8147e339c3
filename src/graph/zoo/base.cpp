// SPDX-License-Identifier: MIT
#include <string>

#include "graph/zoo/blocks.hpp"
#include "graph/zoo/zoo.hpp"

namespace fpcpu::networks {

namespace {

Graph build(const ZooOptions& options) {
  Graph graph(options.input());
  int block = 1;
  for (const int channels : {64, 128, 256}) {
    const std::string n = std::to_string(block++);
    graph.add("conv" + n, make_conv2d({.out_channels = channels, .activation = ActivationKind::relu}));
    graph.add("pool" + n, make_max_pool());
  }
  graph.add("fc1", make_dense({.units = 512, .activation = ActivationKind::relu}));
  add_landmarks(graph, options.points);
  return graph;
}

}  // namespace

/// Three 3x3 convolutions with ReLU and max pools, two dense layers.
ZooEntry base() {
  return {.name = "base",
          .summary = "plain CNN: three convolutions, max pools, two dense layers",
          .input_size = 100,
          .smallest = 8,
          .multiple = 1,
          .build = build};
}

}  // namespace fpcpu::networks
