// SPDX-License-Identifier: MIT
// Plan executor = reference executor, on every model, with fusion on and off, on every instruction set.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "fpcpu/layers.hpp"
#include "graph/inference.hpp"
#include "graph/node_kernels.hpp"
#include "graph/passes/passes.hpp"
#include "graph/plan_executor.hpp"
#include "graph/reference_executor.hpp"
#include "graph/zoo/zoo.hpp"
#include "support/random_values.hpp"
#include "support/sanitized.hpp"

using namespace fpcpu;

namespace {

/// Every kind of layer at least once, with branches: a residual block, concat, gates, up- and downsampling.
Graph branching_network() {
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
Graph two_norms() {
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
Graph whole_batch() {
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

/// The tables that would be chosen for either precision; one where there is no bf16.
std::vector<const kernels::KernelTable<float>*> chosen_tables() {
  const kernels::KernelTable<float>* fp32 = &kernels::choose_table();
  const kernels::KernelTable<float>* bf16 = &kernels::choose_table(nullptr, Precision::bf16);
  return fp32 == bf16 ? std::vector{fp32} : std::vector{fp32, bf16};
}

struct Named {
  std::string name;
  Graph graph;
};

/// Every table that can run here, those for bf16 included.
std::vector<const kernels::KernelTable<float>*> tables() {
  const kernels::IsaList isas = kernels::available_isas();
  std::vector<const kernels::KernelTable<float>*> all;
  for (const Precision precision : {Precision::fp32, Precision::bf16}) {
    for (int i = 0; i < isas.count; ++i) {
      if (kernels::has_table(isas.items[i], precision)) {
        all.push_back(&kernels::float_table(isas.items[i], precision));
      }
    }
  }
  return all;
}

std::vector<Named> networks() {
  std::vector<Named> all;
  for (const ZooEntry& entry : zoo()) {
    const int size = std::max(25, entry.smallest);
    if (test::kSanitized && (entry.name == "resnet18" || entry.name == "pfld" || entry.name == "hourglass")) continue;
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
    x = test::random_values(n * g.input_shape().size(), 3);
    visible.assign(n * static_cast<std::size_t>(g.points()), 1.0F);
    visible[1] = 0.0F;
    targets = test::random_values(2 * visible.size(), 4);
    if (g.head()->kind() == "heatmaps") {
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

  LossPtr loss() const { return make_loss(graph.head()->kind() == "heatmaps" ? "auto" : "mse", *graph.head()); }

  /// Loss and dL/dy in double.
  std::pair<double, std::vector<double>> loss_of(const double* y) const {
    const std::vector<double> t(targets.begin(), targets.end());
    const std::vector<double> v(visible.begin(), visible.end());
    std::vector<double> dy(static_cast<std::size_t>(batch) * graph.output_shape().size());
    LossArgs<double> a = loss_args<double>(*graph.head(), graph.input_shape(), graph.output_shape());
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

/// Float against double, relative to the RMS. In the deep networks a handful of ReLUs near zero switch, which changes
/// the gradients of all layers in front of them, the more the more an algorithm rounds; a wrong kernel or a wrong
/// fusion is off by about 1. Untrained networks on maps of a few pixels multiply the errors of rounded factors: 0.27.
double tolerance(const Graph& graph, const kernels::KernelTable<float>& table) {
  if (table.precision == Precision::bf16) return 0.5;
  return graph.size() > 60 ? 0.1 : 2e-3;
}

/// One training step of the reference executor in double.
struct Expected {
  explicit Expected(const Graph& graph) : start(graph), reference(start.graph, start.wide, start.batch) {
    const std::vector<double> wide_x(start.x.begin(), start.x.end());
    y = reference.forward(wide_x.data(), true, 5, 6);
    const auto [value, dy] = start.loss_of(y);
    loss = value;
    reference.backward(dy.data());
  }
  Case start;  // its `wide` has the running statistics after the step
  ReferenceExecutor<double> reference;
  const double* y = nullptr;
  double loss = 0;
};

/// Root mean square of the difference, relative to that of the expected values: rounded factors move some values past
/// the kink of a ReLU or past a maximum, and single gradients far.
double mean_difference(const float* found, const double* expected, std::size_t n) {
  double difference = 0;
  double square = 1e-30;
  for (std::size_t i = 0; i < n; ++i) {
    const double d = static_cast<double>(found[i]) - expected[i];
    difference += d * d;
    square += expected[i] * expected[i];
  }
  return std::sqrt(difference / square);
}

void check_training(const Named& named, const Expected& expected, const Graph& executed,
                    const kernels::KernelTable<float>& table) {
  INFO(named.name << " " << kernels::name_of(table)
                  << std::string(executed.size() == named.graph.size() ? "" : " fused, sample by sample"));
  const bool rounded = table.precision == Precision::bf16;
  const double allowed = tolerance(named.graph, table);
  const Case& c = expected.start;
  Params<float> params = c.params.clone();
  ThreadPool pool(2);
  PlanOptions options{.training = true, .batch = c.batch};
  options.max_slices = 2;
  const bool fused = executed.size() != named.graph.size();
  if (fused) options.piece_bytes = 0;
  PlanExecutor plan(executed, params, options, table, pool);
  TrainInput input;
  input.n = c.batch;
  input.x = c.x.data();
  input.targets = c.targets.data();
  input.visible = c.visible.data();
  input.seed = 5;
  input.step = 6;
  const double plan_loss = plan.train(input, Objective(executed, c.loss()));

  CHECK(plan_loss == doctest::Approx(expected.loss).epsilon(rounded ? 0.05 : 0.1 * allowed));
  CHECK(difference(plan.output(), expected.y, static_cast<std::size_t>(c.batch) * c.graph.output_shape().size()) <
        allowed);
  std::vector<float> gradient(c.params.layout.trainable_size());
  plan.gradient(gradient.data());
  // A bias in front of a batch norm has no effect: its exact gradient is 0, what is left is rounding.
  double overall = 0;
  for (const double g : expected.reference.gradients()) overall = std::max(overall, std::abs(g));
  for (const ParamSlot& slot : c.params.layout.slots()) {
    if (!slot.spec.trainable) {
      CHECK_MESSAGE(difference(params.at(slot), expected.start.wide.at(slot), slot.spec.size()) < allowed, slot.name);
      continue;
    }
    const double* exact = expected.reference.gradients().data() + slot.offset;
    const double size = *std::max_element(exact, exact + slot.spec.size(),
                                          [](double p, double q) { return std::abs(p) < std::abs(q); });
    if (std::abs(size) < 1e-9 * overall) continue;
    const float* found = gradient.data() + slot.offset;
    const double error =
        rounded ? mean_difference(found, exact, slot.spec.size()) : difference(found, exact, slot.spec.size());
    CHECK_MESSAGE(error < (rounded ? 0.7 : allowed), slot.name);
  }
}

/// Large networks run on the fastest instruction set only: the small ones and the kernels' own tests see the others.
/// With bf16, batch norm over a few images turns the rounding of a deep network into other gradients: only shallow ones
/// tell right from wrong.
bool worth_running(const Graph& graph, const kernels::KernelTable<float>& table) {
  if (table.precision == Precision::bf16) return graph.size() < 40;
  const kernels::IsaList isas = kernels::available_isas();
  return graph.flops() < 1e8 || table.isa == isas.items[isas.count - 1];
}

}  // namespace

TEST_CASE("training: plan executor equals reference executor") {
  for (const Named& named : networks()) {
    const Expected expected(named.graph);
    for (const kernels::KernelTable<float>* table : tables()) {
      if (!worth_running(named.graph, *table)) continue;
      check_training(named, expected, named.graph, *table);
      check_training(named, expected, fuse_for_training(named.graph), *table);
    }
  }
}

TEST_CASE("inference: folded and fused network equals reference executor, for every batch size up to the planned one") {
  for (const Named& named : networks()) {
    Case c(named.graph);
    ReferenceExecutor<double> reference(c.graph, c.wide, c.batch);
    const std::vector<double> wide_x(c.x.begin(), c.x.end());
    const double* y = reference.forward(wide_x.data(), false);
    const std::size_t width = c.graph.output_shape().size();
    for (const kernels::KernelTable<float>* table : tables()) {
      if (!worth_running(named.graph, *table)) continue;
      INFO(named.name << " " << kernels::name_of(*table));
      ThreadPool pool(2);
      InferenceNetwork network(c.graph, c.params, c.batch, *table, pool);
      CHECK(network.graph().find("drop") < 0);
      for (int n = 1; n <= c.batch; ++n) {
        CHECK(difference(network.run(c.x.data(), n), y, static_cast<std::size_t>(n) * width) <
              tolerance(named.graph, *table));
      }
    }
  }
}

TEST_CASE("bf16: the last layer computes in fp32, the others do not") {
  for (const Named& named : networks()) {
    INFO(named.name);
    for (const kernels::KernelTable<float>* table : tables()) {
      const auto used = node_kernels(named.graph, *table);
      std::vector<std::size_t> with_params;
      for (std::size_t i = 0; i < used.size(); ++i) {
        if (!named.graph.node(static_cast<int>(i)).signature.params.empty()) with_params.push_back(i);
      }
      CHECK(used[with_params.front()] == table);
      CHECK(used[with_params.back()] == &kernels::float_table(table->isa));
    }
  }
}

TEST_CASE("one instruction set gives the same bits for any number of threads") {
  for (const Named& named : networks()) {
    const Case c(named.graph);
    const Graph fused = fuse_for_training(c.graph);
    for (const auto* table : chosen_tables()) {
      INFO(named.name << " " << kernels::name_of(*table));
      std::vector<std::vector<float>> results;
      for (const int threads : {1, 2, 5}) {
        ThreadPool pool(threads);
        Params<float> params = c.params.clone();
        PlanExecutor plan(fused, params, {.training = true, .batch = c.batch}, *table, pool);
        TrainInput input;
        input.n = c.batch;
        input.x = c.x.data();
        input.targets = c.targets.data();
        input.visible = c.visible.data();
        (void)plan.train(input, Objective(c.graph, make_loss("auto", *c.graph.head())));
        results.emplace_back(c.params.layout.trainable_size());
        plan.gradient(results.back().data());
        results.back().insert(results.back().end(), params.buffers.begin(), params.buffers.end());
      }
      CHECK(results[0] == results[1]);
      CHECK(results[0] == results[2]);
    }
  }
}

TEST_CASE("one image gives the same bits for any number of threads, alone and in a batch") {
  for (const Named& named : networks()) {
    INFO(named.name);
    const Case c(named.graph);
    const std::size_t width = c.graph.output_shape().size();
    for (const auto* table : chosen_tables()) {
      std::vector<float> first;
      for (const int threads : {1, 2, 5, 16}) {
        ThreadPool pool(threads);
        InferenceNetwork network(c.graph, c.params, c.batch, *table, pool);
        for (int n = 1; n <= c.batch; n += 2) {
          const float* y = network.run(c.x.data(), n);
          const std::vector<float> found(y, y + width);
          if (first.empty()) first = found;
          CHECK_MESSAGE(found == first, threads);
        }
      }
    }
  }
}

TEST_CASE("a batch that is not full trains like a plan of its size") {
  for (const Graph& graph : {make_network("base", {.points = 3, .input_size = 32}), whole_batch()}) {
    const Case c(graph);
    std::vector<std::vector<float>> gradients;
    for (const int planned : {3, 8}) {
      ThreadPool pool(2);
      Params<float> params = c.params.clone();
      PlanExecutor plan(graph, params, {.training = true, .batch = planned}, kernels::choose_table(), pool);
      TrainInput input;
      input.n = 3;
      input.x = c.x.data();
      input.targets = c.targets.data();
      input.visible = c.visible.data();
      (void)plan.train(input, Objective(graph, make_mse_loss()));
      gradients.emplace_back(params.layout.trainable_size());
      plan.gradient(gradients.back().data());
    }
    CHECK(gradients[0] == gradients[1]);
  }
}
