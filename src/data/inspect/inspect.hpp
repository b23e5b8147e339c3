#pragma once

#include <span>
#include <vector>

#include "data/inspect/finding.hpp"

namespace fpcpu {

/// The checks that run before every use of labelled faces. They look at points, sizes and names; refusals come first.
/// @param sets  with the same number of points
[[nodiscard]] std::vector<Finding> inspect_quick(std::span<const JudgedSet> sets);

}  // namespace fpcpu
