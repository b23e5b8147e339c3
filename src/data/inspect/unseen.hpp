#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// In how many images each point is visible.
[[nodiscard]] std::vector<std::size_t> point_counts(const Dataset& data);

/// "points 3, 7 (chin)": counted from 1, with their names where they have some; ten at most.
[[nodiscard]] std::string point_list(const Dataset& data, std::span<const std::size_t> points);

}  // namespace fpcpu
