// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>

#include "graph/passes/passes.hpp"
#include "graph/plan_executor.hpp"
#include "graph/zoo/zoo.hpp"
#include "support/random_values.hpp"

using namespace fpcpu;

TEST_CASE("measuring gives the plain mean of the batches' statistics and changes nothing else") {
  constexpr int kBatch = 8;
  ThreadPool pool(2);
  for (const char* model : {"small", "bn"}) {
    const Graph graph = fuse_for_training(make_network(model, {.input_size = 32}));
    const auto& kernels = kernels::choose_table();
    const std::size_t pixels = kBatch * graph.input_shape().size();
    const auto statistics_of = [&](const std::vector<std::pair<std::vector<float>, double>>& passes) {
      Params<float> params{ParamLayout(graph)};
      initialize(params, 1);
      const Params<float> start = params.clone();
      PlanExecutor executor(graph, params, {.training = true, .batch = kBatch}, kernels, pool);
      for (const auto& [x, momentum] : passes) executor.measure({.n = kBatch, .x = x.data()}, momentum);
      CHECK(std::equal(start.trainable.begin(), start.trainable.end(), params.trainable.begin()));
      return std::vector<float>(params.buffers.begin(), params.buffers.end());
    };
    const std::vector<float> first = test::random_values(pixels, 1);
    std::vector<float> second = test::random_values(pixels, 2);
    for (float& v : second) v = 2 * v + 1;
    const std::vector<float> a = statistics_of({{first, 1.0}});
    const std::vector<float> b = statistics_of({{second, 1.0}});
    const std::vector<float> both = statistics_of({{first, 1.0}, {second, 0.5}});
    CHECK(a != b);
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(both[i] == doctest::Approx((a[i] + b[i]) / 2).epsilon(1e-4));

    // A training step moves the statistics a tenth of the way to those of its batch.
    Params<float> params{ParamLayout(graph)};
    initialize(params, 1);
    const Params<float> start = params.clone();
    PlanExecutor executor(graph, params, {.training = true, .batch = kBatch}, kernels, pool);
    const std::vector<float> targets(kBatch * 28, 0.1F);
    const std::vector<float> visible(kBatch * 14, 1.0F);
    (void)executor.train({.n = kBatch, .x = first.data(), .targets = targets.data(), .visible = visible.data()},
                         Objective(graph, make_mse_loss()));
    for (std::size_t i = 0; i < a.size(); ++i) {
      CHECK(params.buffers.data()[i] == doctest::Approx(0.9F * start.buffers.data()[i] + 0.1F * a[i]).epsilon(1e-4));
    }
  }
}
