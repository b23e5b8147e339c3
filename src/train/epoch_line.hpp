// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "fpcpu/trainer.hpp"

namespace fpcpu {

/// Columns of a terminal from which on an epoch's line also has the learning rate.
inline constexpr std::size_t kWideColumns = 100;
/// What log.txt is written for.
inline constexpr std::size_t kLogColumns = 120;

/// The line above the first epoch_line() of as many columns.
[[nodiscard]] std::string epoch_header(const EpochResult& result, std::size_t columns);

/// One epoch as a line for people that fits into 80 columns, with more where there is room. "fit" is the mse100 of
/// training faces judged like the validation faces; a star marks the best epoch so far.
[[nodiscard]] std::string epoch_line(const EpochResult& result, std::size_t columns);

}  // namespace fpcpu
