// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "fpcpu/search.hpp"

namespace fpcpu {

[[nodiscard]] MeanSpread mean_spread(std::span<const double> values);

}  // namespace fpcpu
