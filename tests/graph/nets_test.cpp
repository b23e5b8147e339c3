// SPDX-License-Identifier: MIT
// Plan executor = reference executor, on every model, with fusion on and off, on every instruction set.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "fpcpu/layers.hpp"
#include "graph/inference.hpp"
#include "graph/networks.hpp"
#include "graph/passes/passes.hpp"
#include "graph/plan_executor.hpp"
#include "graph/reference_executor.hpp"

using namespace fpcpu;
using namespace fpcpu::test;

namespace {

/// The tables that would be chosen for either precision; one where there is no bf16.
std::vector<const kernels::KernelTable<float>*> chosen_tables() {
  const kernels::KernelTable<float>* fp32 = &kernels::choose_table();
  const kernels::KernelTable<float>* bf16 = &kernels::choose_table(nullptr, Precision::bf16);
  return fp32 == bf16 ? std::vector{fp32} : std::vector{fp32, bf16};
}

/// Every table for fp32 that can run here; bf16_test.cpp has the others.
std::vector<const kernels::KernelTable<float>*> tables() {
  const kernels::IsaList isas = kernels::available_isas();
  std::vector<const kernels::KernelTable<float>*> all;
  for (int i = 0; i < isas.count; ++i) all.push_back(&kernels::float_table(isas.items[i]));
  return all;
}

/// Float against double, relative to the RMS. In the deep networks a handful of ReLUs near zero switch, which changes
/// the gradients of all layers in front of them, the more the more an algorithm rounds; a wrong kernel or a wrong
/// fusion is off by about 1.
double tolerance(const Graph& graph) { return graph.size() > 60 ? 0.1 : 2e-3; }

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

void check_training(const Named& named, const Expected& expected, const Graph& executed,
                    const kernels::KernelTable<float>& table) {
  INFO(named.name << " " << kernels::name_of(table)
                  << std::string(executed.size() == named.graph.size() ? "" : " fused, sample by sample"));
  const double allowed = tolerance(named.graph);
  const Case& c = expected.start;
  Params<float> params = c.params.clone();
  ThreadPool pool(2);
  PlanOptions options{.training = true, .batch = c.batch};
  options.max_slices = 2;
  const bool fused = executed.size() != named.graph.size();
  if (fused) options.piece_bytes = 0;
  PlanExecutor plan(executed, params, options, table, pool);
  const double plan_loss = plan.train(c.input(), Objective(executed, c.loss()));

  CHECK(plan_loss == doctest::Approx(expected.loss).epsilon(0.1 * allowed));
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
    CHECK_MESSAGE(difference(found, exact, slot.spec.size()) < allowed, slot.name);
  }
}

/// Large networks run on the fastest instruction set only: the small ones and the kernels' own tests see the others.
bool worth_running(const Graph& graph, const kernels::KernelTable<float>& table) {
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
        CHECK(difference(network.run(c.x.data(), n), y, static_cast<std::size_t>(n) * width) < tolerance(named.graph));
      }
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
