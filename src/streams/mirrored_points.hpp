// SPDX-License-Identifier: MIT
#pragma once

#include <utility>
#include <vector>

namespace fpcpu {

/// Exchanges one number per point as the points are exchanged in a mirrored image; `mirror` is an involution.
inline void mirror_points(const std::vector<int>& mirror, float* values) {
  for (std::size_t k = 0; k < mirror.size(); ++k) {
    const auto other = static_cast<std::size_t>(mirror[k]);
    if (other > k) std::swap(values[k], values[other]);
  }
}

}  // namespace fpcpu
