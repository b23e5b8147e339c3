// SPDX-License-Identifier: MIT
#include <string>

#include "graph/zoo/blocks.hpp"
#include "graph/zoo/zoo.hpp"

namespace fpcpu::networks {

namespace {

/// y = relu(bn(conv(relu(bn(conv(x))))) + shortcut(x)); the shortcut is x itself where the shape stays, else a 1x1
/// convolution with batch norm.
int add_basic_block(Graph& graph, const std::string& name, int channels, int stride) {
  const int x = graph.output();
  add_with_bn_relu(graph, name + "_conv1", make_conv2d({.out_channels = channels, .stride = stride, .bias = false}));
  const int y = add_with_bn(graph, name + "_conv2", make_conv2d({.out_channels = channels, .bias = false}));
  int shortcut = x;
  if (stride != 1 || graph.node(x).signature.out.c != channels) {
    const auto layer = make_conv2d({.out_channels = channels, .kernel = 1, .stride = stride, .bias = false});
    shortcut = add_with_bn(graph, name + "_shortcut", layer, {x});
  }
  return graph.add(name, make_add({.activation = ActivationKind::relu}), {y, shortcut});
}

Graph build(const ZooOptions& options) {
  Graph graph(options.input());
  add_with_bn_relu(graph, "conv1", make_conv2d({.out_channels = 64, .kernel = 7, .stride = 2, .bias = false}));
  graph.add("pool1", make_max_pool({.window = 3, .stride = 2, .padding = 1}));
  int block = 1;
  for (const int channels : {64, 128, 256, 512}) {
    add_basic_block(graph, "block" + std::to_string(block++), channels, channels == 64 ? 1 : 2);
    add_basic_block(graph, "block" + std::to_string(block++), channels, 1);
  }
  graph.add("average", make_global_average_pool());
  add_landmarks(graph, options.points);
  return graph;
}

}  // namespace

/// ResNet-18: 7x7 stem, eight residual blocks of two 3x3 convolutions, global average, dense.
/// Source: He et al., "Deep residual learning for image recognition", CVPR 2016, arXiv 1512.03385.
ZooEntry resnet18() {
  return {.name = "resnet18",
          .summary = "ResNet-18: eight residual blocks",
          .input_size = 100,
          .smallest = 32,
          .multiple = 1,
          .build = build};
}

}  // namespace fpcpu::networks
