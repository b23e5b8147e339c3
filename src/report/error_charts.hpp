// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace fpcpu {

/// Share of images whose NME is at most x, as a card; empty without a finite value.
[[nodiscard]] std::string cumulative_error_card(std::vector<double> nme);

/// How many images have which NME, as a card; empty without a finite value.
[[nodiscard]] std::string error_histogram_card(std::vector<double> nme);

}  // namespace fpcpu
