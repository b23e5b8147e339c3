// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/arena.hpp"
#include "graph/plan.hpp"
#include "kernels/table.hpp"

namespace fpcpu {

/// Sums over the whole batch that layers ask for (LayerNeeds::batch_sums): a row for each slice and their totals, apart
/// for forward and backward. `offset` is NodePlan::sums_offset.
class BatchSums {
 public:
  explicit BatchSums(const Plan& plan)
      : size_(plan.sums_size),
        slices_(static_cast<std::size_t>(plan.slices.count())),
        rows_(2 * slices_ * size_),
        totals_(2 * size_) {}

  void clear() noexcept { std::fill(rows_.begin(), rows_.end(), 0.0); }

  [[nodiscard]] double* row(int slice, std::size_t offset, bool is_forward) const noexcept {
    return rows_.data() + (static_cast<std::size_t>(slice) + (is_forward ? 0 : slices_)) * size_ + offset;
  }
  [[nodiscard]] double* total(std::size_t offset, bool is_forward) const noexcept {
    return totals_.data() + (is_forward ? 0 : size_) + offset;
  }

  /// Makes `count` totals from the first `slices` rows, in the tree of kernels/row_tree.hpp.
  void merge(std::size_t offset, std::size_t count, int slices, bool is_forward) noexcept {
    kernels::eigen_table<double>().sum_rows(row(0, offset, is_forward), size_, slices, total(offset, is_forward),
                                            count);
  }

 private:
  std::size_t size_ = 0;
  std::size_t slices_ = 0;
  AlignedBuffer<double> rows_;
  AlignedBuffer<double> totals_;
};

}  // namespace fpcpu
