// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
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
  /// The same with inputs in the order of the graph: the image first.
  const T* forward(std::span<const T* const> inputs, bool training, std::uint64_t seed = 0, std::uint64_t step = 0);
  /// After a training forward: gradients of <main output, dy> with respect to all parameters.
  void backward(const T* dy);
  /// The same for the sum over all outputs, in the order of Graph::outputs(); null: without that one.
  void backward(std::span<const T* const> dys);

  [[nodiscard]] const T* output(int node) const noexcept { return y_[static_cast<std::size_t>(node)].data(); }
  [[nodiscard]] const T* output_gradient(int node) const noexcept { return dy_[static_cast<std::size_t>(node)].data(); }
  /// Laid out like Params::trainable.
  [[nodiscard]] const AlignedBuffer<T>& gradients() const noexcept { return gradients_; }

 private:
  ForwardArgs<T> forward_args(int node) const;
  /// Of one node, to those of all uses of its parameters.
  void add_gradients(std::size_t node);

  const Graph& graph_;
  Params<T>& params_;
  int batch_;
  std::vector<NodeParams<T>> node_params_;
  std::vector<std::vector<AlignedBuffer<T>>> node_gradients_;  // of each use of a parameter
  std::vector<NodeParams<T>> gradient_pointers_;
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
