// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace fpcpu {

/// Number of single-character insertions, deletions and replacements that turn `a` into `b`.
/// Source: Levenshtein, Soviet Physics Doklady 10, 1966; the two-row form.
[[nodiscard]] inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

/// The candidate that `name` was probably meant to be, or "" when none is close (more than a third of the letters plus
/// one differ). A candidate that begins with `name` or the other way round counts as close. Ties: the first.
template <class Candidates>
[[nodiscard]] std::string nearest(std::string_view name, const Candidates& candidates) {
  std::string best;
  std::size_t best_distance = name.size() / 3 + 2;
  for (const auto& candidate : candidates) {
    const std::string_view text(candidate);
    const std::size_t common = std::min(text.size(), name.size());
    const bool prefix = common >= 3 && text.substr(0, common) == name.substr(0, common);
    // The distance is at least the difference of the lengths: long texts of strangers need no table.
    const bool too_long = std::max(text.size(), name.size()) - common >= best_distance;
    if (too_long && !prefix) continue;
    const std::size_t distance = prefix ? std::size_t{1} : edit_distance(name, text);
    if (distance < best_distance) {
      best_distance = distance;
      best = text;
    }
  }
  return best;
}

/// The tail of an error message about an unknown name: " Did you mean 'adam'?" or, when nothing is close,
/// " Known: sgd, nesterov, ...".
template <class Candidates>
[[nodiscard]] std::string suggest(std::string_view name, const Candidates& candidates) {
  if (const std::string best = nearest(name, candidates); !best.empty()) return " Did you mean '" + best + "'?";
  std::string text = " Known: ";
  bool first = true;
  for (const auto& candidate : candidates) {
    if (!first) text += ", ";
    text += candidate;
    first = false;
  }
  return text + ".";
}

}  // namespace fpcpu
