// SPDX-License-Identifier: MIT
#include "graph/zoo/blocks.hpp"
#include "graph/zoo/zoo.hpp"

namespace fpcpu::networks {

namespace {

Graph build(const ZooOptions& options) {
  Graph graph(options.input());
  const auto conv = [&](const char* name, int channels) {
    add_with_bn_relu(graph, name, make_conv2d({.out_channels = channels, .bias = false}));
  };
  const auto pool = [&](const char* name) { graph.add(name, make_max_pool()); };
  conv("conv1", 16);
  pool("pool1");
  conv("conv2", 32);
  pool("pool2");
  conv("conv3a", 64);
  conv("conv3b", 64);
  pool("pool3");
  conv("conv4a", 128);
  conv("conv4b", 128);
  pool("pool4");
  conv("conv5", 128);
  graph.add("fc1", make_dense({.units = 128, .activation = ActivationKind::relu}));
  graph.add("dropout", make_dropout({.rate = 0.1}));
  add_landmarks(graph, options.points);
  return graph;
}

}  // namespace

/// Seven 3x3 convolutions with batch norm, narrow at the start where maps are large.
ZooEntry small() {
  return {.name = "small",
          .summary = "default: seven convolutions with batch norm, best trade of speed and accuracy",
          .input_size = 96,
          .smallest = 16,
          .multiple = 1,
          .build = build};
}

}  // namespace fpcpu::networks
