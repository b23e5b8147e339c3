// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/arena.hpp"
#include "graph/node_params.hpp"
#include "graph/params.hpp"
#include "graph/plan.hpp"

namespace fpcpu {

/// What a reference run does like a plan.
template <class T>
struct ReferenceOptions {
  /// The table of each node; none: the Eigen kernels of T, which round nothing.
  std::vector<const kernels::KernelTable<T>*> kernels{};
  /// Outputs and gradients that this plan of the same graph keeps in another way than T are read so here too, wherever
  /// it reads them so; null: none are.
  const Plan* kept = nullptr;
};

/// The definitions of what nodes with these tables compute: of fp32 and of bf16.
[[nodiscard]] std::vector<const kernels::KernelTable<float>*> definitions(
    const std::vector<const kernels::KernelTable<float>*>& tables);

/// The definition of what a network computes: every tensor separate, the whole batch as one slice, one layer at a time,
/// the Eigen kernels. Slow and obvious; `PlanExecutor` must agree with it.
template <class T>
class ReferenceExecutor {
 public:
  ReferenceExecutor(const Graph& graph, Params<T>& params, int batch, const ReferenceOptions<T>& options = {});

  /// Output for `batch` samples, n,out. In training, batch-norm uses and updates batch statistics.
  const T* forward(const T* x, bool training, std::uint64_t seed = 0, std::uint64_t step = 0);
  /// The same with inputs in the order of the graph: the image first.
  const T* forward(std::span<const T* const> inputs, bool training, std::uint64_t seed = 0, std::uint64_t step = 0);
  /// After a training forward: gradients of <main output, dy> with respect to all parameters.
  void backward(const T* dy);
  /// The same for the sum over all outputs, in the order of Graph::outputs(); null: without that one.
  void backward(std::span<const T* const> dys);

  [[nodiscard]] const T* output(int node) const noexcept { return y_[static_cast<std::size_t>(node)].data(); }
  /// Laid out like Params::trainable.
  [[nodiscard]] const AlignedBuffer<T>& gradients() const noexcept { return gradients_; }

 private:
  static constexpr Storage kOwn{kDataType<T>};
  /// How what a node reads is stored: its first input in each of its passes, and the gradient of its output.
  struct Reads {
    Storage forward_x = kOwn;
    Storage sums_x = kOwn;  // backward_sums
    Storage backward_x = kOwn;
    Storage backward_dy = kOwn;
  };
  /// All but the inputs.
  LayerArgs<T> layer_args(int node) const;
  /// Of one node, to those of all uses of its parameters.
  void add_gradients(std::size_t node);
  const LayerPlan& plan(std::size_t node) const noexcept { return plans_[node][training_ ? 1 : 0]; }
  void find_storage(const Plan& plan);
  std::vector<Tensor<T>> inputs_of(int node, const Storage& first);
  /// `values`, or what `copy` then holds of them.
  static StoredView stored_as(const Storage& storage, const AlignedBuffer<T>& values, std::vector<std::byte>& copy);

  const Graph& graph_;
  Params<T>& params_;
  int batch_;
  std::vector<const kernels::KernelTable<T>*> kernels_;  // of each node
  std::vector<Reads> reads_;
  std::vector<NodeParams<T>> node_params_;
  std::vector<std::vector<AlignedBuffer<T>>> node_gradients_;  // of each use of a parameter
  std::vector<NodeParams<T>> gradient_pointers_;
  std::vector<std::vector<Shape>> shapes_;
  std::vector<std::array<LayerPlan, 2>> plans_;  // of each node, for inference and for training
  std::vector<AlignedBuffer<T>> y_, dy_, prepared_, scratch_, stats_;
  std::vector<AlignedBuffer<std::byte>> saved_;
  std::vector<AlignedBuffer<double>> sums_, gradient_sums_;
  std::vector<std::byte> kept_x_, kept_dy_;
  AlignedBuffer<T> gradients_;
  std::uint64_t seed_ = 0;
  std::uint64_t step_ = 0;
  bool training_ = false;
};

}  // namespace fpcpu
