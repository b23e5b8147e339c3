#pragma once

#include <algorithm>
#include <optional>

#include "kernels/table.hpp"

namespace fpcpu {

/// The part's share of `count` columns or channels of a layer, in panels of kSharedColumns; empty if it has none.
[[nodiscard]] inline std::optional<kernels::ChannelRange> shared_columns(int count, int part, int parts) noexcept {
  const int panels = (count + kernels::kSharedColumns - 1) / kernels::kSharedColumns;
  const auto border = [&](int p) { return std::min(count, panels * p / parts * kernels::kSharedColumns); };
  if (border(part) == border(part + 1)) return std::nullopt;
  return kernels::ChannelRange{border(part), border(part + 1)};
}

}  // namespace fpcpu
