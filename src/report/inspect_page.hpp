// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data/inspect/finding.hpp"

namespace fpcpu {

/// One self-contained HTML page: what was found about the sets, one section per finding with its text and the first
/// faces concerned, their points drawn. @param drawn  called before each face with the number drawn so far; when it
/// returns false, the rest is left out.
[[nodiscard]] std::string make_inspect_page(std::span<const JudgedSet> sets, const std::vector<Finding>& findings,
                                            const std::function<bool(std::size_t)>& drawn = {});

}  // namespace fpcpu
