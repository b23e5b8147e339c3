// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "fpcpu/layers.hpp"
#include "graph/passes/passes.hpp"
#include "graph/plan_executor.hpp"
#include "graph/zoo/zoo.hpp"
#include "support/random_values.hpp"

using namespace fpcpu;

TEST_CASE("nodes that share statistics count alike in their mean") {
  constexpr Shape kImage{8, 8, 3};
  constexpr int kBatch = 4;
  Graph graph(kImage);
  const int other = graph.add_input("other", kImage);
  const int a = graph.add("a", make_batch_norm(), {0});
  const int b = graph.add("b", make_batch_norm(), {other}, "a");
  graph.add("both", make_add(), {a, b});
  ThreadPool pool(2);
  const auto& kernels = kernels::choose_table();
  const auto statistics_of = [&](const std::vector<std::array<std::vector<float>, 2>>& batches) {
    Params<float> params{ParamLayout(graph)};
    initialize(params, 1);
    PlanExecutor executor(graph, params, {.training = true, .batch = kBatch}, kernels, pool);
    for (std::size_t t = 0; t < batches.size(); ++t) {
      const std::array<const float*, 1> inputs = {batches[t][1].data()};
      executor.measure({.n = kBatch, .x = batches[t][0].data(), .inputs = inputs}, 1.0 / static_cast<double>(t + 1));
    }
    return std::vector<float>(params.buffers.begin(), params.buffers.end());
  };
  std::array<std::vector<float>, 4> images;
  std::array<std::vector<float>, 4> alone;
  for (std::size_t i = 0; i < images.size(); ++i) {
    images[i] = test::random_values(kBatch * kImage.size(), static_cast<unsigned>(i));
    for (float& v : images[i]) v = static_cast<float>(i + 1) * v + static_cast<float>(i * i);
    alone[i] = statistics_of({{images[i], images[i]}});
  }
  const std::vector<float> all = statistics_of({{images[0], images[1]}, {images[2], images[3]}});
  for (std::size_t k = 0; k < all.size(); ++k) {
    const float mean = (alone[0][k] + alone[1][k] + alone[2][k] + alone[3][k]) / 4;
    CHECK(all[k] == doctest::Approx(mean).epsilon(1e-4));
  }
}

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
