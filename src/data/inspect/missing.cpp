// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "data/inspect/checks.hpp"
#include "data/inspect/extent.hpp"

namespace fpcpu {

namespace {

/// So many marks are no slip of the hand.
constexpr std::size_t kMany = 3;

struct Mark {
  std::vector<FaceRef> points;
  std::set<int> which;
};

/// Values that cannot be meant as positions: those of the usual marks, and exact ones outside of their images.
std::map<std::pair<float, float>, Mark> candidates(const Dataset& data, std::size_t set) {
  std::map<std::pair<float, float>, Mark> found;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const Landmarks& marks = data.landmarks(i);
    const auto width = static_cast<float>(data.width(i));
    const auto height = static_cast<float>(data.height(i));
    for (std::size_t k = 0; k < marks.visible.size(); ++k) {
      if (marks.visible[k] == 0) continue;
      const float x = marks.xy[2 * k];
      const float y = marks.xy[2 * k + 1];
      const bool outside = x < -0.5F || y < -0.5F || x > width - 0.5F || y > height - 0.5F;
      if (!outside && !is_usual_mark(x, y)) continue;
      Mark& mark = found[{x, y}];
      mark.points.push_back({set, i, static_cast<int>(k)});
      mark.which.insert(static_cast<int>(k));
    }
  }
  return found;
}

}  // namespace

std::vector<Finding> find_missing_marks(JudgedSets sets) {
  std::vector<Finding> findings;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    const Dataset& data = *sets[s].data;
    const std::size_t all = data.size() * static_cast<std::size_t>(data.points());
    for (auto& [value, mark] : candidates(data, s)) {
      const auto [x, y] = value;
      const std::size_t count = mark.points.size();
      const bool many = count >= kMany || 100 * count >= all;
      // Other values may repeat by chance, as those of chins below the picture: only at one point and few.
      if (!is_usual_mark(x, y) && (x != y || count < kMany || mark.which.size() < 2)) continue;
      Finding f;
      f.id = "missing";
      f.severity = many ? Severity::refusal : Severity::warning;
      const std::string number = short_number(static_cast<double>(x));
      const std::string first = point_name(data, mark.points.front().point);
      f.text = places(sets, mark.points) + ": " + counted(count, "point stands", "points stand") + " at exactly (" +
               number + "," + number + "), first x" + first + ",y" + first +
               ", as tables mark points that are missing; they would be learnt as positions. Say --missing " + number +
               ", or --accept missing if they are meant.";
      f.faces = std::move(mark.points);
      findings.push_back(std::move(f));
    }
  }
  return findings;
}

}  // namespace fpcpu
