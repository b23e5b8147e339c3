// SPDX-License-Identifier: MIT
#include <string>

#include "graph/zoo/blocks.hpp"
#include "graph/zoo/zoo.hpp"

namespace fpcpu::networks {

namespace {

/// A row of the paper's table: `repeats` inverted residuals, the first with the stride.
struct Stage {
  int expansion;
  int channels;
  int repeats;
  int stride;
};

/// 1x1 convolution to expansion * C channels, depthwise 3x3, linear 1x1 convolution to `channels`; added to the input
/// where the shape stays (Sandler et al., "MobileNetV2", CVPR 2018, arXiv 1801.04381).
int add_inverted_residual(Graph& graph, const std::string& name, int expansion, int channels, int stride) {
  const int x = graph.output();
  const int in_channels = graph.node(x).signature.out.c;
  add_with_bn_relu(graph, name + "_expand",
                   make_conv2d({.out_channels = expansion * in_channels, .kernel = 1, .bias = false}));
  add_with_bn_relu(graph, name + "_depthwise", make_depthwise_conv2d({.stride = stride, .bias = false}));
  const int y =
      add_with_bn(graph, name + "_project", make_conv2d({.out_channels = channels, .kernel = 1, .bias = false}));
  return stride == 1 && in_channels == channels ? graph.add(name, make_add(), {x, y}) : y;
}

Graph build(const ZooOptions& options) {
  Graph graph(options.input());
  add_with_bn_relu(graph, "conv1", make_conv2d({.out_channels = 64, .stride = 2, .bias = false}));
  add_with_bn_relu(graph, "conv2", make_depthwise_conv2d({.bias = false}));
  int block = 1;
  for (const Stage& stage : {Stage{2, 64, 5, 2}, Stage{2, 128, 1, 2}, Stage{4, 128, 6, 1}, Stage{2, 16, 1, 1}}) {
    for (int i = 0; i < stage.repeats; ++i) {
      add_inverted_residual(graph, "block" + std::to_string(block++), stage.expansion, stage.channels,
                            i == 0 ? stage.stride : 1);
    }
  }
  const int scale1 = graph.output();
  const int scale2 = add_with_bn_relu(graph, "scale2", make_conv2d({.out_channels = 32, .stride = 2, .bias = false}));
  // 7x7 at the input size of the paper: the third scale sees all of the second.
  const Shape map = graph.output_shape();
  const int scale3 = graph.add("scale3", make_conv2d({.out_channels = 128,
                                                      .kernel_h = map.h,
                                                      .kernel_w = map.w,
                                                      .padding = 0,
                                                      .activation = ActivationKind::relu}));
  const int average1 = graph.add("scale1_average", make_global_average_pool(), {scale1});
  const int average2 = graph.add("scale2_average", make_global_average_pool(), {scale2});
  graph.add("scales", make_concat(), {average1, average2, scale3});
  add_landmarks(graph, options.points);
  return graph;
}

}  // namespace

/// PFLD 1X: inverted residuals; coordinates from three scales: averages of the 1/8 and the 1/16 map, and a convolution
/// over the whole 1/16 map. Without the paper's auxiliary network for head pose.
/// Source: Guo et al., "PFLD: a practical facial landmark detector", arXiv 1902.10859.
ZooEntry pfld() {
  return {.name = "pfld",
          .summary = "PFLD 1X: inverted residuals with depthwise convolutions, three scales",
          .input_size = 112,
          .smallest = 16,
          .multiple = 1,
          .build = build};
}

}  // namespace fpcpu::networks
