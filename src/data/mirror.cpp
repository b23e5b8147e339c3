// SPDX-License-Identifier: MIT
#include "data/mirror.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "data/inspect/extent.hpp"
#include "data/inspect/unseen.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

bool is_involution(std::span<const int> mirror) {
  const int n = static_cast<int>(mirror.size());
  for (int k = 0; k < n; ++k) {
    const int other = mirror[static_cast<std::size_t>(k)];
    if (other < 0 || other >= n || mirror[static_cast<std::size_t>(other)] != k) return false;
  }
  return true;
}

std::string mirror_text(std::span<const int> mirror) {
  std::string text;
  for (const int k : mirror) {
    text += text.empty() ? "" : ",";
    text += std::to_string(k);
  }
  return text;
}

std::vector<int> parse_mirror(std::string_view text, int points) {
  std::vector<int> mirror;
  const auto fail = [&](const std::string& why) {
    throw Error(ErrorCode::usage, "the mirror table '" + std::string(text) + "' " + why);
  };
  for (const char* p = text.data(); true;) {
    const char* end = text.data() + text.size();
    while (p != end && *p == ' ') ++p;
    int value = 0;
    const auto parsed = std::from_chars(p, end, value);
    if (parsed.ec != std::errc{}) fail("is not a list of numbers such as 3,2,1,0.");
    mirror.push_back(value);
    p = parsed.ptr;
    while (p != end && *p == ' ') ++p;
    if (p == end) break;
    if (*p != ',') fail("is not a list of numbers such as 3,2,1,0.");
    ++p;
  }
  if (static_cast<int>(mirror.size()) != points) {
    fail("has " + std::to_string(mirror.size()) + " numbers, expected one for each of the " + std::to_string(points) +
         " points.");
  }
  std::vector<int> lower = mirror;
  for (int& k : lower) --k;
  if (!is_involution(mirror) && is_involution(lower)) {
    fail("counts from 1; subtract 1: --mirror \"" + mirror_text(lower) + "\".");
  }
  if (!is_involution(mirror)) fail("does not undo itself: if point a becomes b, point b must become a.");
  return mirror;
}

namespace {

/// A mean face is rolled by up to half of it.
constexpr double kMostTurn = 0.52;
/// What a table must fit worse than the best one to be named.
constexpr double kFarWorse = 2;

/// The points that some image shows.
struct SeenShape {
  std::vector<std::size_t> points;
  std::vector<float> shape;

  SeenShape(std::span<const float> mean_shape, std::span<const std::size_t> counts) {
    for (std::size_t k = 0; k < counts.size(); ++k) {
      if (counts[k] == 0) continue;
      points.push_back(k);
      shape.push_back(mean_shape[2 * k]);
      shape.push_back(mean_shape[2 * k + 1]);
    }
  }

  /// A table of all points in terms of those that are seen; -1 for partners that are not known or not seen.
  [[nodiscard]] std::vector<int> reduced(std::span<const int> all) const {
    std::vector<int> table;
    for (const std::size_t k : points) {
      const auto at =
          all[k] < 0 ? points.end() : std::lower_bound(points.begin(), points.end(), static_cast<std::size_t>(all[k]));
      const bool seen = at != points.end() && *at == static_cast<std::size_t>(all[k]);
      table.push_back(seen ? static_cast<int>(at - points.begin()) : -1);
    }
    return table;
  }

  /// The other way round; unseen points stay where they are.
  [[nodiscard]] std::vector<int> whole(std::span<const int> seen, std::size_t count) const {
    std::vector<int> table(count);
    for (std::size_t k = 0; k < count; ++k) table[k] = static_cast<int>(k);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      table[points[i]] = static_cast<int>(points[static_cast<std::size_t>(seen[i])]);
    }
    return table;
  }
};

/// As mean_shape(), but the middle value of each coordinate: a few wrong numbers do not move it.
std::vector<float> median_shape(const Dataset& data) {
  std::vector<std::vector<double>> values(static_cast<std::size_t>(2 * data.points()));
  for (std::size_t i = 0; i < data.size(); ++i) {
    const Landmarks& marks = data.landmarks(i);
    for (std::size_t j = 0; j < values.size(); ++j) {
      const double side = j % 2 == 0 ? data.width(i) : data.height(i);
      if (marks.visible[j / 2] != 0) values[j].push_back((static_cast<double>(marks.xy[j]) + 0.5) / side - 0.5);
    }
  }
  std::vector<float> shape;
  for (std::vector<double>& v : values) shape.push_back(static_cast<float>(median(std::move(v))));
  return shape;
}

bool is_symmetric(const MirrorFit& fit) {
  return is_involution(fit.mirror) && fit.residual <= 1 && std::abs(fit.turn) <= kMostTurn;
}

/// Why a shape has no mirror table, or empty.
std::string objection(const MirrorFit& fit) {
  if (!is_symmetric(fit)) {
    return "which points change places in a mirrored image cannot be told from the mean shape of these " +
           std::to_string(fit.mirror.size()) + " points";
  }
  if (fit.off_centre > 1) {
    return "the points lie on one side of the images, so that in a mirrored image their places are those of others";
  }
  return {};
}

/// "Give the table with --mirror, e.g. --mirror "1,0,2"" with as many numbers as there are points.
std::string advice(std::size_t points) {
  constexpr std::size_t kMost = 14;
  std::string example;
  for (std::size_t k = 0; k < std::min(points, kMost); ++k) {
    const std::size_t partner = k % 2 == 1 ? k - 1 : std::min(k + 1, points - 1);
    example += k == 0 ? "" : ",";
    example += std::to_string(partner);
  }
  return "--mirror \"" + example + (points > kMost ? ",...\" (" + std::to_string(points) + " numbers)" : "\"");
}

MirrorChoice none(const std::string& why, std::size_t points) {
  return {{},
          "images are not mirrored in training: " + why + ". To mirror them, say which points swap, e.g. " +
              advice(points) + "."};
}

/// No table helps points of one side of a face, so no example of one is given.
MirrorChoice one_sided(const std::string& why) {
  return {{},
          "images are not mirrored in training: " + why +
              ". Only if the partner of each is among them, say which points swap: --mirror."};
}

MirrorChoice given_by_hand(std::vector<int> mirror, const SeenShape& seen) {
  const std::vector<int> reduced = seen.reduced(mirror);
  MirrorChoice choice{std::move(mirror), {}};
  const MirrorFit best = fit_mirror(seen.shape);
  if (!objection(best).empty() || best.mirror == reduced) return choice;
  const bool complete = is_involution(reduced);
  if (complete && fit_of_mirror(seen.shape, reduced).residual <= std::max(kFarWorse * best.residual, 1.0))
    return choice;
  choice.remark = "the table of --mirror is used, but does not fit these points: their mean shape says --mirror \"" +
                  mirror_text(seen.whole(best.mirror, choice.mirror.size())) + "\".";
  return choice;
}

MirrorChoice by_names(const std::vector<int>& partners, const Dataset& data, const SeenShape& seen) {
  const std::vector<int> reduced = seen.reduced(partners);
  std::vector<int> fixed = reduced;
  for (std::size_t i = 0; i < fixed.size(); ++i) {
    if (fixed[i] < 0) {
      return none("'" + data.point_names()[seen.points[i]] + "' has no partner on the other side among the points",
                  partners.size());
    }
    // A name without a side is a point on the axis, or one of a pair that only the shape can tell.
    if (fixed[i] == static_cast<int>(i)) fixed[i] = -1;
  }
  MirrorFit fit = fit_mirror(seen.shape, fixed);
  if (!is_involution(fit.mirror) || fit.residual > 1) fit = fit_of_mirror(seen.shape, reduced);
  MirrorChoice choice{seen.whole(fit.mirror, partners.size()), {}};
  const MirrorFit best = fit_mirror(seen.shape);
  if (fit.residual > 1 && objection(best).empty()) {
    choice.remark = "points swap in a mirrored image as their names say, but their mean shape says --mirror \"" +
                    mirror_text(seen.whole(best.mirror, partners.size())) + "\".";
  }
  return choice;
}

}  // namespace

std::vector<int> derive_mirror(std::span<const float> mean_shape) {
  MirrorFit fit = fit_mirror(mean_shape);
  if (const std::string why = objection(fit); !why.empty()) {
    throw Error(ErrorCode::format, why + ". Say which points swap, e.g. " + advice(mean_shape.size() / 2) + ".");
  }
  return std::move(fit.mirror);
}

MirrorChoice choose_mirror(const Dataset& data, const std::string& given) {
  const auto points = static_cast<std::size_t>(data.points());
  const SeenShape seen(mean_shape(data), point_counts(data));
  if (!given.empty()) return given_by_hand(parse_mirror(given, data.points()), seen);
  if (seen.points.empty()) return none("no point is visible", points);
  if (const std::vector<int> partners = mirror_by_names(data.point_names()); !partners.empty()) {
    return by_names(partners, data, seen);
  }
  MirrorFit fit = fit_mirror(seen.shape);
  if (const std::string why = objection(fit); !why.empty()) {
    const bool symmetric = is_symmetric(fit);
    fit = fit_mirror(SeenShape(median_shape(data), point_counts(data)).shape);
    if (!objection(fit).empty()) return symmetric ? one_sided(why) : none(why, points);
  }
  return {seen.whole(fit.mirror, points), {}};
}

}  // namespace fpcpu
