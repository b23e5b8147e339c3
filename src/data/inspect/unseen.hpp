// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// In how many images each point is visible.
[[nodiscard]] std::vector<std::size_t> point_counts(const Dataset& data);

/// The points that are visible in none, from 0.
[[nodiscard]] std::vector<int> unseen_points(std::span<const std::size_t> counts);

/// "points 3, 7 (chin)": counted from 1, with their names where they have some; ten at most. @param points from 0
[[nodiscard]] std::string point_list(const std::vector<std::string>& names, std::span<const int> points);

}  // namespace fpcpu
