// SPDX-License-Identifier: MIT
#include <string>

#include "graph/zoo/blocks.hpp"
#include "graph/zoo/zoo.hpp"

namespace fpcpu::networks {

namespace {

constexpr int kChannels = 128;
constexpr int kDepth = 4;

/// Batch norm and ReLU under NAME_bn, NAME_relu, then the convolution under NAME.
int add_after_bn_relu(Graph& graph, const std::string& name, LayerPtr convolution, int x) {
  graph.add(name + "_bn", make_batch_norm(), {x});
  graph.add(name + "_relu", make_activation());
  return graph.add(name, std::move(convolution));
}

/// Bottleneck with the batch norms in front of the convolutions: f(x) + x, or f(x) + 1x1 convolution of x where the
/// number of channels changes (He et al., "Identity mappings in deep residual networks", ECCV 2016, arXiv 1603.05027).
int add_residual(Graph& graph, const std::string& name, int x) {
  constexpr int kHalf = kChannels / 2;
  int y = add_after_bn_relu(graph, name + "_conv1", make_conv2d({.out_channels = kHalf, .kernel = 1}), x);
  y = add_after_bn_relu(graph, name + "_conv2", make_conv2d({.out_channels = kHalf}), y);
  y = add_after_bn_relu(graph, name + "_conv3", make_conv2d({.out_channels = kChannels, .kernel = 1}), y);
  int skip = x;
  if (graph.node(x).signature.out.c != kChannels) {
    skip = graph.add(name + "_skip", make_conv2d({.out_channels = kChannels, .kernel = 1}), {x});
  }
  return graph.add(name, make_add(), {y, skip});
}

/// One level: what it sees at its own size plus what the level below sees at half the size.
int add_hourglass(Graph& graph, int depth, int x) {
  const std::string name = "hourglass" + std::to_string(depth);
  const int same = add_residual(graph, name + "_same", x);
  int low = graph.add(name + "_pool", make_max_pool(), {x});
  low = add_residual(graph, name + "_low1", low);
  low = depth > 1 ? add_hourglass(graph, depth - 1, low) : add_residual(graph, name + "_low2", low);
  low = add_residual(graph, name + "_low3", low);
  const int up = graph.add(name + "_up", make_upsample({.factor = 2}), {low});
  return graph.add(name, make_add(), {same, up});
}

Graph build(const ZooOptions& options) {
  Graph graph(options.input());
  const int stem = add_with_bn_relu(graph, "conv1", make_conv2d({.out_channels = 64, .kernel = 7, .stride = 2}));
  add_residual(graph, "stem1", stem);
  int x = graph.add("stem_pool", make_max_pool());
  x = add_residual(graph, "stem2", x);
  x = add_residual(graph, "stem3", x);
  x = add_hourglass(graph, kDepth, x);
  add_residual(graph, "head1", x);
  add_with_bn_relu(graph, "head2", make_conv2d({.out_channels = kChannels, .kernel = 1}));
  add_last_layer(graph, "heatmaps", make_heatmaps_head(), options.points);
  return graph;
}

}  // namespace

/// One stack of the hourglass network, 128 channels, four levels: a heat map per point of a quarter of the input's size
/// (H/4 x W/4 x K) instead of coordinates.
/// Source: Newell et al., "Stacked hourglass networks for human pose estimation", ECCV 2016, arXiv 1603.06937.
ZooEntry hourglass() {
  return {.name = "hourglass",
          .summary = "heat maps from one hourglass of residual bottlenecks",
          .input_size = 128,
          .smallest = 64,
          .multiple = 64,
          .build = build};
}

}  // namespace fpcpu::networks
