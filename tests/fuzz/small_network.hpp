// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/thread_pool.hpp"
#include "fpcpu/losses.hpp"
#include "graph/inference.hpp"
#include "graph/passes/passes.hpp"
#include "graph/plan_executor.hpp"
#include "kernels/table.hpp"

namespace fpcpu::fuzz {

/// Larger networks are described, which needs their whole plan, but not run: an input must not take long.
inline constexpr double kMaxFlops = 3e6;
inline constexpr std::size_t kMaxBytes = std::size_t{24} << 20U;
inline constexpr std::size_t kMaxParameters = 200'000;

/// One step of training, so that backward passes meet odd shapes as well.
inline void train_if_possible(const Graph& graph, const Params<float>& params,
                              const kernels::KernelTable<float>& kernels, ThreadPool& pool) {
  if (graph.output_shape().h != 1 || graph.output_shape().w != 1 || graph.output_shape().c % 2 != 0) return;
  const Graph fused = fuse_for_training(graph);
  Params<float> own = params.clone();
  const PlanOptions options{.training = true, .batch = 3};
  if (make_plan(fused, options, kernels).bytes(1) > kMaxBytes) return;
  PlanExecutor executor(fused, own, options, kernels, pool);
  const std::vector<float> x(3 * graph.input_shape().size(), 0.25F);
  const std::vector<float> targets(3 * graph.output_shape().size(), 0.125F);
  const std::vector<float> visible(targets.size() / 2, 1.0F);
  std::vector<std::vector<float>> values;
  std::vector<const float*> inputs;
  for (int i = 1; i < graph.first_layer(); ++i) values.emplace_back(3 * graph.node(i).signature.out.size(), 0.5F);
  for (const auto& one : values) inputs.push_back(one.data());
  TrainInput input;
  input.n = 3;
  input.x = x.data();
  input.inputs = inputs;
  input.targets = targets.data();
  input.visible = visible.data();
  input.seed = 1;
  static_cast<void>(executor.train(input, Objective(graph, make_loss("mse"))));
}

/// Plans the network, and runs it with the kernels that define what is right and with the fastest ones.
inline void run_if_small(const Graph& graph, const Params<float>& params) {
  static ThreadPool pool(1);
  const kernels::KernelTable<float>& fastest = kernels::choose_table("", Precision::fp32);
  for (const bool training : {false, true}) {
    const Plan plan = make_plan(graph, {.training = training, .batch = 3}, fastest);
    static_cast<void>(describe_plan(graph, plan, params.layout));
    if (plan.bytes(1) > kMaxBytes) return;
  }
  if (graph.flops() > kMaxFlops) return;
  const std::vector<float> x(3 * graph.input_shape().size(), 0.25F);
  for (const kernels::KernelTable<float>* table : {&kernels::choose_table("eigen", Precision::fp32), &fastest}) {
    InferenceNetwork network(graph, params, 3, *table, pool);
    static_cast<void>(network.run(x.data(), 3));
    static_cast<void>(network.run(x.data(), 1));
    train_if_possible(graph, params, *table, pool);
  }
}

inline void run_if_small(const Graph& graph) {
  ParamLayout layout(graph);
  if (layout.trainable_size() + layout.buffer_size() > kMaxParameters) return;
  Params<float> params(std::move(layout));
  initialize(params, 1);
  run_if_small(graph, params);
}

}  // namespace fpcpu::fuzz
