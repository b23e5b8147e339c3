// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/arena.hpp"
#include "graph/node_params.hpp"
#include "graph/plan.hpp"

namespace fpcpu {

/// The gradients of a training plan's parameters as backward writes them: a row for each slice with a place for each
/// use of a parameter by a node that runs in slices, and behind all rows a place for each use by a node that sees the
/// whole batch. The parameters must stay where they are. Memory is made once, in the constructor.
class GradientRows {
 public:
  /// Of an inference plan, which has none.
  GradientRows() = default;
  GradientRows(const Graph& graph, const Params<float>& params, const std::vector<NodeParams<float>>& node_params,
               const Plan& plan, const kernels::KernelTable<float>& kernels);

  /// Where a node's backward writes for a slice, one pointer for each of its parameters, null for those that are not
  /// trainable. A node that sees the whole batch has the same for all slices.
  [[nodiscard]] std::span<float* const> of(int slice, int node) const noexcept {
    return pointers_[static_cast<std::size_t>(slice) * nodes_ + static_cast<std::size_t>(node)];
  }

  /// Gradient of the trainable values [begin, end), which lie within one parameter: the sum over the nodes that share
  /// the parameter within a slice, of these over the first `slices` slices in the tree of kernels/row_tree.hpp, and of
  /// nodes that see the whole batch. Threads may ask for ranges at the same time.
  void sum(std::size_t begin, std::size_t end, int slices, float* out) const noexcept;
  /// Of all parameters, in the order of the trainable block; padding is left alone.
  void sum(int slices, float* out) const noexcept;

 private:
  /// Where the gradient of one use of a parameter is: at `offset` in the row of each slice, or once behind all rows.
  struct Place {
    std::size_t begin, end;  // in the trainable block
    std::size_t offset;
    bool by_slice;
  };
  [[nodiscard]] std::span<const Place> places_of(std::size_t value) const noexcept;

  const kernels::KernelTable<float>* kernels_ = nullptr;
  std::size_t nodes_ = 0;
  std::size_t row_ = 0;        // scalars
  std::vector<Place> places_;  // by `begin`; those of one parameter one after the other
  AlignedBuffer<float> values_;
  std::vector<std::vector<float*>> pointers_;  // [slice * nodes + node][param]
};

}  // namespace fpcpu
