// SPDX-License-Identifier: MIT
#include "data/inspect/unseen.hpp"

#include <algorithm>

#include "data/inspect/checks.hpp"

namespace fpcpu {

std::vector<std::size_t> point_counts(const Dataset& data) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(data.points()), 0);
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::vector<float>& visible = data.landmarks(i).visible;
    for (std::size_t k = 0; k < counts.size(); ++k) counts[k] += visible[k] != 0 ? 1 : 0;
  }
  return counts;
}

std::vector<int> unseen_points(std::span<const std::size_t> counts) {
  std::vector<int> unseen;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] == 0) unseen.push_back(static_cast<int>(k));
  }
  return unseen;
}

std::string point_list(const std::vector<std::string>& names, std::span<const int> points) {
  constexpr std::size_t kMost = 10;
  std::string text = points.size() == 1 ? "point " : "points ";
  for (std::size_t i = 0; i < std::min(points.size(), kMost); ++i) {
    text += i == 0 ? "" : ", ";
    text += std::to_string(points[i] + 1);
    if (!names.empty()) text += " (" + names[static_cast<std::size_t>(points[i])] + ")";
  }
  return points.size() > kMost ? text + " and " + std::to_string(points.size() - kMost) + " more" : text;
}

std::vector<Finding> find_unseen_points(JudgedSets sets) {
  std::vector<std::size_t> counts;
  const Dataset* first = nullptr;
  for (const JudgedSet& set : sets) {
    if (set.validation && first != nullptr) continue;
    const std::vector<std::size_t> more = point_counts(*set.data);
    if (first == nullptr) {
      first = set.data.get();
      counts = more;
    } else {
      for (std::size_t k = 0; k < std::min(counts.size(), more.size()); ++k) counts[k] += more[k];
    }
  }
  const std::vector<int> unseen = unseen_points(counts);
  if (unseen.empty() || unseen.size() == counts.size()) return {};
  Finding f;
  f.id = "point";
  f.severity = Severity::warning;
  f.text = point_list(first->point_names(), unseen) + (unseen.size() == 1 ? " is" : " are") +
           " visible in no image: nothing is learnt of " + (unseen.size() == 1 ? "it" : "them") +
           ", and what is found there means nothing. Mark it in some images, or leave its columns out.";
  return {f};
}

}  // namespace fpcpu
