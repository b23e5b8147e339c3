#include "data/inspect/inspect.hpp"

#include <algorithm>
#include <iterator>

#include "data/inspect/checks.hpp"

namespace fpcpu {

std::vector<Finding> inspect_quick(std::span<const JudgedSet> sets) {
  std::vector<Finding> findings;
  for (const auto check : {find_missing_marks, find_wrong_frames, find_unseen_points}) {
    std::vector<Finding> found = check(sets);
    std::move(found.begin(), found.end(), std::back_inserter(findings));
  }
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  return findings;
}

}  // namespace fpcpu
