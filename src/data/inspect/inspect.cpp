// SPDX-License-Identifier: MIT
#include "data/inspect/inspect.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "data/inspect/checks.hpp"

namespace fpcpu {

namespace {

void sort_by_severity(std::vector<Finding>& findings) {
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
}

/// Marks of missing points are far off as well; once is enough.
void drop_outliers_that_are_marks(std::vector<Finding>& findings) {
  std::set<FaceRef> marks;
  for (const Finding& f : findings) {
    if (f.id == "missing") marks.insert(f.faces.begin(), f.faces.end());
  }
  std::erase_if(findings, [&](const Finding& f) {
    return f.id == "outlier" &&
           std::all_of(f.faces.begin(), f.faces.end(), [&](const FaceRef& p) { return marks.contains(p); });
  });
}

}  // namespace

std::vector<Finding> inspect_quick(std::span<const JudgedSet> sets) {
  std::vector<Finding> findings;
  for (const auto check : {find_missing_marks, find_wrong_frames, find_wrong_orders, find_turned_images, find_outliers,
                           find_unseen_points, find_doubles}) {
    std::vector<Finding> found = check(sets);
    std::move(found.begin(), found.end(), std::back_inserter(findings));
  }
  drop_outliers_that_are_marks(findings);
  sort_by_severity(findings);
  return findings;
}

std::vector<Finding> inspect_all(std::span<const JudgedSet> sets,
                                 const std::function<bool(std::size_t, std::size_t)>& go_on) {
  std::vector<Finding> findings = inspect_quick(sets);
  const auto take = [&](std::vector<Finding> more) {
    std::move(more.begin(), more.end(), std::back_inserter(findings));
  };
  // Points that are refused have no mean shape that means anything.
  const bool refused =
      std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.severity == Severity::refusal; });
  if (!refused) take(find_mirror_table(sets));
  take(find_unreadable_images(sets, go_on));
  sort_by_severity(findings);
  return findings;
}

}  // namespace fpcpu
