#pragma once

#include <memory>

#include "graph/passes/passes.hpp"
#include "graph/plan_executor.hpp"

namespace fpcpu {

/// A trained network made ready for use: batch norm folded, planned for up to `batch` samples. Owns its parameters.
class InferenceNetwork {
 public:
  InferenceNetwork(const Graph& graph, const Params<float>& params, int batch,
                   const kernels::KernelTable<float>& kernels, ThreadPool& pool)
      : network_(fold_for_inference(graph, params)),
        executor_(network_.graph, network_.params, PlanOptions{.training = false, .batch = batch}, kernels, pool) {}
  InferenceNetwork(const InferenceNetwork&) = delete;
  InferenceNetwork& operator=(const InferenceNetwork&) = delete;

  [[nodiscard]] int batch() const noexcept { return executor_.plan().options.batch; }
  [[nodiscard]] const Graph& graph() const noexcept { return network_.graph; }
  /// Output of n <= batch() samples, valid until the next call.
  const float* run(const float* x, int n) { return executor_.infer(x, n); }

 private:
  FoldedNetwork network_;
  PlanExecutor executor_;
};

}  // namespace fpcpu
