// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string_view>
#include <tuple>

#include "core/file.hpp"
#include "data/inspect/checks.hpp"

namespace fpcpu {

namespace {

/// Files that may be equal: the same number of bytes and the same size of the picture.
using Looks = std::tuple<std::uintmax_t, int, int>;

std::map<Looks, std::vector<FaceRef>> alike(JudgedSets sets) {
  std::map<Looks, std::vector<FaceRef>> groups;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    const Dataset& data = *sets[s].data;
    for (std::size_t i = 0; i < data.size(); ++i) {
      const std::filesystem::path file = data.file(i);
      std::error_code none;
      const std::uintmax_t bytes = file.empty() ? 0 : std::filesystem::file_size(file, none);
      if (!file.empty() && !none) groups[{bytes, data.width(i), data.height(i)}].push_back({s, i});
    }
  }
  return groups;
}

/// Largest difference of two faces' points, in parts of the image.
double difference(const Landmarks& a, const Landmarks& b, int side) {
  float most = 0;
  for (std::size_t k = 0; k < a.visible.size() && k < b.visible.size(); ++k) {
    if (a.visible[k] == 0 || b.visible[k] == 0) continue;
    most = std::max({most, std::abs(a.xy[2 * k] - b.xy[2 * k]), std::abs(a.xy[2 * k + 1] - b.xy[2 * k + 1])});
  }
  return static_cast<double>(most) / side;
}

constexpr double kOtherPoints = 0.02;

}  // namespace

std::vector<Finding> find_doubles(JudgedSets sets) {
  std::vector<FaceRef> pairs;  // the first of equal pictures, then the other
  std::size_t across = 0;
  std::size_t other_points = 0;
  std::string first;
  for (const auto& [looks, group] : alike(sets)) {
    if (group.size() < 2) continue;
    std::map<std::string, FaceRef> seen;
    for (const FaceRef& ref : group) {
      const Dataset& data = *sets[ref.set].data;
      const auto [at, is_new] = seen.emplace(read_file(data.file(ref.face)), ref);
      if (is_new) continue;
      const FaceRef& before = at->second;
      pairs.push_back(before);
      pairs.push_back(ref);
      across += sets[before.set].validates(before.face) != sets[ref.set].validates(ref.face) ? 1 : 0;
      const double off = difference(sets[before.set].data->landmarks(before.face), data.landmarks(ref.face),
                                    std::max(std::get<1>(looks), 1));
      other_points += off > kOtherPoints ? 1 : 0;
    }
  }
  if (pairs.empty()) return {};
  Finding f;
  f.id = "doubles";
  f.severity = Severity::warning;
  f.text = places(sets, std::span(pairs).first(2)) + ": the same picture; " +
           counted(pairs.size() / 2, "picture is there twice", "pictures are there twice");
  if (across > 0) {
    f.text += ", " + std::to_string(across) + " in training and validation, which makes errors look too small";
  }
  if (other_points > 0) f.text += ", " + std::to_string(other_points) + " with different points";
  f.text += ". Remove one of each, or --accept doubles.";
  f.faces = std::move(pairs);
  return {f};
}

}  // namespace fpcpu
