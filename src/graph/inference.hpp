// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "core/arena.hpp"
#include "core/thread_pool.hpp"
#include "graph/decode.hpp"
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
        head_(graph.head()),
        points_(2 * static_cast<std::size_t>(graph.points()) * static_cast<std::size_t>(batch)) {}
  InferenceNetwork(const InferenceNetwork&) = delete;
  InferenceNetwork& operator=(const InferenceNetwork&) = delete;

  [[nodiscard]] int batch() const noexcept { return executor_.plan().options.batch; }
  [[nodiscard]] const Graph& graph() const noexcept { return network_.graph; }
  /// Output of n <= batch() samples, valid until the next call.
  const float* run(const float* x, int n) { return executor_.infer(x, n); }
  /// What that output says about the points: n,2K fractions of the image relative to its middle.
  /// @param doubts  n,K or null, see Head::decode()
  const float* points(const float* output, int n, float* doubts = nullptr) {
    decode(*head_, output, network_.graph.output_shape(), n, points_.data(), doubts, pool_);
    return points_.data();
  }

 private:
  ThreadPool& pool_;
  FoldedNetwork network_;
  PlanExecutor executor_;
  HeadPtr head_;
  AlignedBuffer<float> points_;
};

}  // namespace fpcpu
