// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <optional>

#include "kernels/table.hpp"

namespace fpcpu {

/// Where a part of `count` rows or columns of a layer begins, and the one before it ends: a multiple of `unit`, or the
/// end.
[[nodiscard]] inline int part_begin(int count, int unit, int part, int parts) noexcept {
  return std::min(count, (count + unit - 1) / unit * part / parts * unit);
}

/// The part's share of the columns or channels of a layer; empty if it has none.
[[nodiscard]] inline std::optional<kernels::ChannelRange> shared_columns(int count, int part, int parts) noexcept {
  const int begin = part_begin(count, kernels::kSharedColumns, part, parts);
  const int end = part_begin(count, kernels::kSharedColumns, part + 1, parts);
  return begin < end ? std::optional(kernels::ChannelRange{begin, end}) : std::nullopt;
}

}  // namespace fpcpu
