// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "data/inspect/finding.hpp"

namespace fpcpu {

/// The checks that run before every use of labelled faces: points, sizes, names, equal files. Refusals come first.
/// @param sets  with the same number of points
[[nodiscard]] std::vector<Finding> inspect_quick(std::span<const JudgedSet> sets);

/// These, the mirror table, and every image decoded.
/// @param go_on  called with the number of images read and to read; when it returns false, the rest is left out.
[[nodiscard]] std::vector<Finding> inspect_all(std::span<const JudgedSet> sets,
                                               const std::function<bool(std::size_t, std::size_t)>& go_on = {});

}  // namespace fpcpu
