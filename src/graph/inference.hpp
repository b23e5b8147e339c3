// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "graph/output_points.hpp"
#include "graph/passes/passes.hpp"
#include "graph/plan_executor.hpp"

namespace fpcpu {

/// A trained network made ready for use: batch norm folded, planned for up to `batch` samples. Owns its parameters.
class InferenceNetwork {
 public:
  InferenceNetwork(const Graph& graph, const Params<float>& params, int batch,
                   const kernels::KernelTable<float>& kernels, ThreadPool& pool)
      : pool_(pool),
        network_(fold_for_inference(graph, params)),
        executor_(network_.graph, network_.params, PlanOptions{.training = false, .batch = batch}, kernels, pool),
        points_(graph.output_shape(), batch) {}
  InferenceNetwork(const InferenceNetwork&) = delete;
  InferenceNetwork& operator=(const InferenceNetwork&) = delete;

  [[nodiscard]] int batch() const noexcept { return executor_.plan().options.batch; }
  [[nodiscard]] const Graph& graph() const noexcept { return network_.graph; }
  /// Output of n <= batch() samples, valid until the next call.
  const float* run(const float* x, int n) { return executor_.infer(x, n); }
  /// What that output says about the points: n,2K fractions of the image relative to its middle.
  const float* points(const float* output, int n) { return points_.read(output, n, pool_); }

 private:
  ThreadPool& pool_;
  FoldedNetwork network_;
  PlanExecutor executor_;
  OutputPoints points_;
};

}  // namespace fpcpu
