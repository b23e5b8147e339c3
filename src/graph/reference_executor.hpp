// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "core/arena.hpp"
#include "graph/node_params.hpp"
#include "graph/params.hpp"

namespace fpcpu {

/// The definition of what a network computes: every tensor separate, the whole batch as one slice, one layer at a time,
/// the Eigen kernels. Slow and obvious; `PlanExecutor` must agree with it.
template <class T>
class ReferenceExecutor {
 public:
  ReferenceExecutor(const Graph& graph, Params<T>& params, int batch);

  /// Output for `batch` samples, n,out. In training, batch-norm uses and updates batch statistics.
  const T* forward(const T* x, bool training, std::uint64_t seed = 0, std::uint64_t step = 0);
  /// After a training forward: gradients of <output, dy> with respect to all parameters.
  void backward(const T* dy);

  [[nodiscard]] const T* output(int node) const noexcept { return y_[static_cast<std::size_t>(node)].data(); }
  [[nodiscard]] const T* output_gradient(int node) const noexcept { return dy_[static_cast<std::size_t>(node)].data(); }
  /// Laid out like Params::trainable.
  [[nodiscard]] const AlignedBuffer<T>& gradients() const noexcept { return gradients_; }

 private:
  ForwardArgs<T> forward_args(int node) const;

  const Graph& graph_;
  Params<T>& params_;
  int batch_;
  std::vector<NodeParams<T>> node_params_;
  std::vector<NodeParams<T>> node_gradients_;
  std::vector<std::vector<Shape>> shapes_;
  std::vector<AlignedBuffer<T>> y_, dy_, prepared_, scratch_, stats_;
  std::vector<AlignedBuffer<std::byte>> saved_;
  std::vector<AlignedBuffer<double>> sums_, gradient_sums_;
  std::vector<std::vector<const T*>> inputs_;
  AlignedBuffer<T> gradients_;
  std::uint64_t seed_ = 0;
  std::uint64_t step_ = 0;
  bool training_ = false;
};

}  // namespace fpcpu
