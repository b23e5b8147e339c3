// SPDX-License-Identifier: MIT
// Costs of steps against figures worked out by hand.
#include "graph/step_cost.hpp"

#include <doctest/doctest.h>

#include "fpcpu/layers.hpp"
#include "graph/zoo/zoo.hpp"

using namespace fpcpu;

namespace {

/// Input 8x8x2, two convolutions to 8x8x4 whose outputs are added, a dense layer for two points.
struct Residual {
  Graph graph{{8, 8, 2}};
  Plan plan;

  Residual() {
    const int a = graph.add("a", make_conv2d({.out_channels = 4, .kernel = 3}));
    const int b = graph.add("b", make_conv2d({.out_channels = 4, .kernel = 3}));
    graph.add("sum", make_add({}), {a, b});
    graph.add("points", make_dense({.units = 4}));
    plan = make_plan(graph, {.training = true, .batch = 4}, kernels::eigen_table<float>());
    REQUIRE(plan.slices.count() == 4);
  }
  [[nodiscard]] StepCost cost(StepKind kind, const char* node) const {
    return cost_of(graph, plan, {kind, graph.find(node)});
  }
};

// Bytes of one image and of one set of parameters.
constexpr double kImage = 8 * 8 * 2 * 4;
constexpr double kMap = 8 * 8 * 4 * 4;
constexpr double kParamsA = (3 * 3 * 2 * 4 + 4) * 4;
constexpr double kParamsB = (3 * 3 * 4 * 4 + 4) * 4;

}  // namespace

TEST_CASE("a forward step reads its inputs and, once per slice, its weights, and writes its output") {
  const Traffic t = Residual().cost(StepKind::forward, "a").traffic;
  CHECK(t.tensors == 4 * (kImage + kMap));
  CHECK(t.weights == 4 * kParamsA);
  CHECK(t.gradients == 0);
  CHECK(Residual().cost(StepKind::forward, "sum").traffic.tensors == 4 * 3 * kMap);
}

TEST_CASE("a gradient that is added to is read as well; none flows into the image") {
  const Residual net;
  const Traffic b = net.cost(StepKind::backward, "b").traffic;
  CHECK(b.tensors == 4 * (kMap + kMap + 2 * kMap));  // dy, x, dx read and written
  CHECK(b.weights == 4 * kParamsB);
  CHECK(b.gradients == 4 * kParamsB);
  const Traffic a = net.cost(StepKind::backward, "a").traffic;
  CHECK(a.tensors == 4 * (kMap + kImage));
  CHECK(a.weights == 0);
  CHECK(a.gradients == 4 * kParamsA);
  CHECK(net.cost(StepKind::loss, "points").traffic.tensors == 4 * 3 * 16);
}

TEST_CASE("what is recomputed or kept rounded moves as many bytes as it has") {
  const kernels::KernelTable<float>& table = kernels::choose_table(nullptr, Precision::bf16);
  const bool bf16 = table.precision == Precision::bf16;
  Graph graph({8, 8, 2});
  graph.add("a", make_conv2d({.out_channels = 4}));
  graph.add("norm", make_norm_act_pool({.activation = ActivationKind::relu}));
  graph.add("b", make_conv2d({.out_channels = 4}));
  graph.add("last", make_batch_norm());
  graph.add("points", make_dense({.units = 4}));
  const Plan plan = make_plan(graph, {.training = true, .batch = 4}, table);
  const double kept = bf16 ? kMap / 2 : kMap;
  int seen = 0;
  for (const Segment& segment : plan.segments) {
    for (const Step& step : segment.steps) {
      const double tensors = cost_of(graph, plan, step).traffic.tensors;
      if (step.kind == StepKind::convert) CHECK(tensors == 4 * (kMap + kMap / 2));
      if (step.node != graph.find("norm")) continue;
      if (step.kind == StepKind::recompute || step.kind == StepKind::forward) CHECK(tensors == 4 * (kept + kMap));
      if (step.kind == StepKind::backward_sums) CHECK(tensors == 4 * (kept + kMap));
      if (step.kind == StepKind::backward) CHECK(tensors == 4 * (2 * kept + kMap));
      ++seen;
    }
  }
  CHECK(seen == (bf16 ? 5 : 4));
}

TEST_CASE("the steps of a plan do the work of a training step") {
  const Residual net;
  const double conv_a = 2.0 * 64 * 4 * 18;
  CHECK(net.cost(StepKind::forward, "a").flops == 4 * conv_a);
  CHECK(net.cost(StepKind::backward, "a").flops == 4 * conv_a);
  CHECK(net.cost(StepKind::backward, "b").flops == 4 * 2 * 2.0 * 64 * 4 * 36);
  double sum = 0;
  for (const Segment& segment : net.plan.segments) {
    for (const Step& step : segment.steps) sum += cost_of(net.graph, net.plan, step).flops;
  }
  CHECK(sum == doctest::Approx(4 * net.graph.training_flops()));
}

TEST_CASE("besides its steps a training batch packs weights and sums rows of gradients; inference does neither") {
  const Residual net;
  const ParamLayout layout(net.graph);
  const double row = static_cast<double>(layout.trainable_size()) * 4;
  CHECK(batch_traffic(net.plan, layout).gradients == 5 * row);
  CHECK(batch_traffic(net.plan, layout).weights == row + static_cast<double>(net.plan.prepared_size) * 4);
  const Plan inference = make_plan(net.graph, {.training = false, .batch = 4}, kernels::eigen_table<float>());
  CHECK(batch_traffic(inference, layout).total() == 0);
}
