// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "fpcpu/layers.hpp"
#include "fpcpu/losses.hpp"
#include "graph/params.hpp"
#include "graph/zoo/zoo.hpp"
#include "support/random_values.hpp"
#include "support/sanitized.hpp"

/// The networks on which executors are compared, and one step of training for each.
namespace fpcpu::test {

/// Every kind of layer at least once, with branches: a residual block, concat, gates, up- and downsampling.
inline Graph branching_network() {
  Graph g({20, 24, 3});
  const int image = 0;
  const int coords = g.add("coords", make_coord_planes({.radius = true}), {image});
  const int stem = g.add("stem", make_conv2d({.out_channels = 8, .kernel = 5, .stride = 2, .bias = false}), {coords});
  const int bn = g.add("stem_bn", make_batch_norm(), {stem});
  const int act = g.add("stem_act", make_activation({.function = ActivationKind::hard_swish}), {bn});
  const int a = g.add("a", make_conv2d({.out_channels = 8, .bias = false}), {act});
  const int a_bn = g.add("a_bn", make_batch_norm(), {a});
  const int a_act = g.add("a_act", make_activation({.function = ActivationKind::leaky_relu, .slope = 0.1}), {a_bn});
  const int dw = g.add("dw", make_depthwise_conv2d({.bias = false}), {a_act});
  const int dw_bn = g.add("dw_bn", make_batch_norm(), {dw});
  const int sum = g.add("sum", make_add({.activation = ActivationKind::relu}), {dw_bn, act});
  const int gate =
      g.add("gate", make_conv2d({.out_channels = 8, .kernel = 1, .activation = ActivationKind::sigmoid}), {sum});
  const int gated = g.add("gated", make_multiply(), {sum, gate});
  // One residual is read by its sum last, one is read again.
  const int shortcut = g.add("shortcut", make_conv2d({.out_channels = 8, .kernel = 1, .bias = false}), {gated});
  const int first = g.add("first", make_conv2d({.out_channels = 8, .bias = false}), {gated});
  const int first_bn = g.add("first_bn", make_batch_norm(), {first});
  const int first_sum =
      g.add("first_sum", make_add({.activation = ActivationKind::leaky_relu, .slope = 0.2}), {first_bn, shortcut});
  const int second = g.add("second", make_conv2d({.out_channels = 8}), {first_sum});
  const int second_sum = g.add("second_sum", make_add(), {second, first_sum});
  const int low = g.add("low", make_average_pool({.window = 2}), {second_sum});
  const int grouped = g.add("grouped", make_conv2d({.out_channels = 8, .dilation = 2, .groups = 2}), {low});
  const int prelu = g.add("prelu", make_prelu(), {grouped});
  const int up = g.add("up", make_upsample({.factor = 2, .mode = UpsampleMode::bilinear}), {prelu});
  const int both = g.add("both", make_concat(), {up, sum, first_sum});
  const int drop = g.add("drop", make_dropout({.rate = 0.3, .mode = DropoutMode::channels}), {both});
  const int last =
      g.add("last", make_conv2d({.out_channels = 12, .kernel = 3, .activation = ActivationKind::relu}), {drop});
  const int pool = g.add("pool", make_max_pool({.window = 3, .stride = 2, .padding = 1}), {last});
  const int second_norm = g.add("norm_again", make_batch_norm(), {pool});
  const int small = g.add("nearest", make_upsample({.factor = 2}), {second_norm});
  const int average = g.add("average", make_global_average_pool(), {small});
  const int flat = g.add("flat", make_flatten(), {average});
  const int hidden = g.add("hidden", make_dense({.units = 10, .activation = ActivationKind::tanh}), {flat});
  g.add("out", make_dense({.units = 6}), {hidden});
  return g;
}

/// Two batch norms read one convolution, one of them in a later segment.
inline Graph two_norms() {
  Graph g({12, 12, 3});
  const int a = g.add("a", make_conv2d({.out_channels = 8, .bias = false}));
  const int early = g.add("early", make_batch_norm(), {a});
  const int act = g.add("act", make_activation({}), {early});
  const int c = g.add("c", make_conv2d({.out_channels = 8}), {act});
  const int late = g.add("late", make_batch_norm(), {a});
  g.add("sum", make_add({.activation = ActivationKind::relu}), {late, c});
  g.add("average", make_average_pool({.window = 4}));
  g.add("out", make_dense({.units = 6}));
  return g;
}

/// Convolutions that see the whole batch: with an activation, with a residual that is another tensor or the input, in
/// front of a batch norm.
inline Graph whole_batch() {
  Graph g({3, 4, 256});
  const int relu = g.add("relu", make_conv2d({.out_channels = 288, .activation = ActivationKind::relu}));
  const int residual =
      g.add("residual", make_conv2d({.out_channels = 288, .activation = ActivationKind::relu, .residual = true}),
            {relu, relu});
  const int other = g.add("other", make_conv2d({.out_channels = 288, .residual = true}), {residual, relu});
  g.add("norm", make_batch_norm(), {other});
  g.add("out", make_dense({.units = 6}));
  return g;
}

struct Named {
  std::string name;
  Graph graph;
};

inline std::vector<Named> networks() {
  std::vector<Named> all;
  for (const ZooEntry& entry : zoo()) {
    const int size = std::max(25, entry.smallest);
    if (kSanitized && (entry.name == "resnet18" || entry.name == "pfld" || entry.name == "hourglass")) continue;
    all.push_back({std::string(entry.name), make_network(entry.name, {.points = 3, .input_size = size})});
  }
  all.push_back({"branching", branching_network()});
  all.push_back({"two_norms", two_norms()});
  all.push_back({"whole_batch", whole_batch()});
  return all;
}

/// Norm of the difference relative to the norm of the expected values.
template <class A, class B>
double difference(const A* found, const B* expected, std::size_t n) {
  double square = 1e-30;
  double difference = 0;
  for (std::size_t i = 0; i < n; ++i) {
    square += static_cast<double>(expected[i]) * static_cast<double>(expected[i]);
    difference += std::pow(static_cast<double>(found[i]) - static_cast<double>(expected[i]), 2);
  }
  return std::sqrt(difference / square);
}

struct Case {
  Graph graph;
  int batch = 7;
  std::vector<float> x, targets, visible;
  Params<float> params;
  Params<double> wide;

  explicit Case(const Graph& g) : graph(g), params(ParamLayout(g)), wide(ParamLayout(g)) {
    // Large networks take most of the time; two slices of different sizes are enough for them.
    if (g.flops() > 1e8) batch = 4;
    const auto n = static_cast<std::size_t>(batch);
    x = random_values(n * g.input_shape().size(), 3);
    visible.assign(n * static_cast<std::size_t>(g.points()), 1.0F);
    visible[1] = 0.0F;
    targets = random_values(2 * visible.size(), 4);
    if (g.head()->kind() != "coordinates") {
      for (float& t : targets) t *= 0.2F;  // most within the image
    }
    initialize(params, 9);
    // Defaults of ones and zeros would hide a swapped gamma or beta.
    Rng rng(2, RandomUse::init, 5);
    for (const ParamSlot& slot : params.layout.slots()) {
      const bool variance = slot.spec.name == "running_var";
      for (std::size_t i = 0; i < slot.spec.size(); ++i) {
        params.at(slot)[i] += variance ? rng.uniform(0.1F, 0.5F) : rng.uniform(-0.1F, 0.1F);
      }
    }
    std::copy(params.trainable.begin(), params.trainable.end(), wide.trainable.begin());
    std::copy(params.buffers.begin(), params.buffers.end(), wide.buffers.begin());
  }

  /// The batch as a training step takes it.
  TrainInput input() const {
    TrainInput all;
    all.n = batch;
    all.x = x.data();
    all.targets = targets.data();
    all.visible = visible.data();
    all.seed = 5;
    all.step = 6;
    return all;
  }

  LossPtr loss() const { return make_loss(graph.head()->kind() == "coordinates" ? "mse" : "auto", *graph.head()); }

  /// Loss and dL/dy in double.
  std::pair<double, std::vector<double>> loss_of(const double* y) const {
    const std::vector<double> t(targets.begin(), targets.end());
    const std::vector<double> v(visible.begin(), visible.end());
    std::vector<double> dy(static_cast<std::size_t>(batch) * graph.output_shape().size());
    LossArgs<double> a;
    a.points = graph.points();
    a.output = graph.output_shape();
    a.unit_x = graph.input_shape().w;
    a.unit_y = graph.input_shape().h;
    a.pred = y;
    a.target = t.data();
    a.visible = v.data();
    a.n = batch;
    double count = 0;
    for (const double s : v) count += 2 * s;
    a.inv_count = 1 / count;
    a.dpred = dy.data();
    const double value = loss()->run(a);
    return {value, dy};
  }
};

}  // namespace fpcpu::test
