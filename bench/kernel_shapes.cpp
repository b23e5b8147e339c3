// SPDX-License-Identifier: MIT
#include "kernel_shapes.hpp"

#include <array>
#include <cstdio>
#include <set>

#include "graph/whole_batch.hpp"
#include "graph/zoo/zoo.hpp"
#include "layers/conv_window.hpp"
#include "layers/layer.hpp"

namespace fpcpu::bench {

namespace {

// Of a training batch. Depthwise kernels take one image at a time.
constexpr int kBatch = 32;
constexpr int kImagesOfSlice = 4;

ConvCase conv(int size, int c, int k, int kernel, int stride = 1, int groups = 1) {
  const int pad = kernel / 2;
  const int out = (size + 2 * pad - kernel) / stride + 1;
  return {{.h = size,
           .w = size,
           .c = c,
           .oh = out,
           .ow = out,
           .k = k,
           .kh = kernel,
           .kw = kernel,
           .stride = stride,
           .pad_h = pad,
           .pad_w = pad,
           .groups = groups,
           .n = groups == c ? 1 : kImagesOfSlice},
          groups == c};
}

/// As the layers see it in training whose weights are much larger than their maps.
ConvCase whole_batch(ConvCase c) {
  c.shape.n = kBatch;
  c.shape.weights_once = true;
  return c;
}

template <class Options>
ConvWindow window_of(const Layer& layer) {
  const Attributes attributes = layer.describe();
  AttributeReader reader(std::string(layer.kind()), attributes);
  Options options;
  ConvWindow::read(reader, options);
  return {layer.kind(), options};
}

ConvCase conv_case(const Layer& layer, const Shape& in, const Shape& out) {
  const bool depthwise = layer.kind() == "depthwise_conv2d";
  const ConvWindow w = depthwise ? window_of<DepthwiseConv2dOptions>(layer) : window_of<Conv2dOptions>(layer);
  const Attributes attributes = layer.describe();
  AttributeReader reader(std::string(layer.kind()), attributes);
  return {{.h = in.h,
           .w = in.w,
           .c = in.c,
           .oh = out.h,
           .ow = out.w,
           .k = out.c,
           .kh = w.kernel_h,
           .kw = w.kernel_w,
           .stride = w.stride,
           .pad_h = w.padding_h,
           .pad_w = w.padding_w,
           .dilation = w.dilation,
           .groups = depthwise ? in.c : reader.integer("groups", 1),
           .n = depthwise ? 1 : kImagesOfSlice},
          depthwise};
}

}  // namespace

std::vector<ConvCase> conv_cases_of(const std::string& model) {
  const Graph graph = make_network(model, {});
  std::vector<ConvCase> cases;
  std::set<std::string> seen;
  for (int i = graph.first_layer(); i < graph.size(); ++i) {
    const Layer& layer = *graph.node(i).layer;
    const Shape in = graph.input_shapes(i).front();
    if (layer.kind() != "conv2d" && layer.kind() != "depthwise_conv2d") continue;
    const ConvCase in_slices = conv_case(layer, in, graph.node(i).signature.out);
    const ConvCase c = sees_whole_batch(graph, i) ? whole_batch(in_slices) : in_slices;
    if (seen.insert(to_string(c.shape)).second) cases.push_back(c);
  }
  return cases;
}

std::vector<kernels::DenseShape> dense_shapes_of(const std::string& model) {
  const Graph graph = make_network(model, {});
  std::vector<kernels::DenseShape> shapes;
  for (int i = graph.first_layer(); i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    if (node.layer->kind() != "dense") continue;
    shapes.push_back({.rows = sees_whole_batch(graph, i) ? kBatch : kImagesOfSlice,
                      .inputs = static_cast<int>(graph.input_shapes(i).front().size()),
                      .outputs = node.signature.out.c});
  }
  return shapes;
}

std::vector<kernels::DenseShape> typical_dense_shapes() { return {{1, 9216, 256}, {32, 9216, 256}}; }

std::vector<ConvCase> typical_conv_cases() {
  return {conv(100, 3, 32, 3),         conv(100, 32, 32, 3),
          conv(50, 64, 128, 3),        conv(25, 128, 256, 3),
          conv(12, 256, 256, 3),       conv(6, 256, 256, 3),
          conv(100, 3, 64, 7, 2),      conv(50, 64, 128, 3, 2),
          conv(25, 128, 256, 1),       conv(48, 24, 24, 3),
          conv(25, 128, 128, 3, 1, 4), conv(50, 96, 96, 3, 1, 96),
          conv(50, 96, 96, 3, 2, 96),  whole_batch(conv(4, 512, 512, 3))};
}

std::string to_string(const kernels::ConvShape& s) {
  std::array<char, 96> text{};
  int end = std::snprintf(text.data(), text.size(), "%dx%dx%d->%d k%d", s.h, s.w, s.c, s.k, s.kh);
  const auto append = [&](const char* format, int value) {
    const auto used = static_cast<std::size_t>(end);
    end += std::snprintf(text.data() + used, text.size() - used, format, value);
  };
  if (s.kw != s.kh) append("x%d", s.kw);
  append(" s%d", s.stride);
  if (s.groups > 1) append(" g%d", s.groups);
  if (s.weights_once) append(" n%d", s.n);
  return text.data();
}

}  // namespace fpcpu::bench
