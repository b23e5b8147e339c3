// SPDX-License-Identifier: MIT
#include "data/normaliser.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "core/nearest.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

constexpr std::array<std::string_view, 5> kNames = {"auto", "inter-ocular", "inter-pupil", "box", "diagonal"};

/// Points [first, last] whose mean is one end.
struct End {
  int first;
  int last;
};

struct Eyes {
  int points;
  std::array<End, 2> corners;
  std::array<End, 2> pupils;
};

constexpr std::array<Eyes, 3> kEyes = {{
    {14, {{{4, 4}, {9, 9}}}, {{{5, 5}, {8, 8}}}},
    {68, {{{36, 36}, {45, 45}}}, {{{36, 41}, {42, 47}}}},
    {98, {{{60, 60}, {72, 72}}}, {{{96, 96}, {97, 97}}}},
}};

const Eyes* eyes_of(int points) {
  const auto* eyes = std::find_if(kEyes.begin(), kEyes.end(), [&](const Eyes& e) { return e.points == points; });
  return eyes == kEyes.end() ? nullptr : eyes;
}

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double distance(const Landmarks& truth, const std::array<End, 2>& ends) {
  std::array<double, 4> xy{};
  for (std::size_t e = 0; e < 2; ++e) {
    const double count = ends[e].last - ends[e].first + 1;
    for (auto k = static_cast<std::size_t>(ends[e].first); k <= static_cast<std::size_t>(ends[e].last); ++k) {
      if (truth.visible[k] == 0) return kUnknown;
      xy[2 * e] += static_cast<double>(truth.xy[2 * k]) / count;
      xy[2 * e + 1] += static_cast<double>(truth.xy[2 * k + 1]) / count;
    }
  }
  return std::hypot(xy[0] - xy[2], xy[1] - xy[3]);
}

double of_box(const Landmarks& truth, bool diagonal) {
  double left = std::numeric_limits<double>::max();
  double top = left;
  double right = -left;
  double bottom = -left;
  for (std::size_t k = 0; k < truth.visible.size(); ++k) {
    if (truth.visible[k] == 0) continue;
    left = std::min(left, static_cast<double>(truth.xy[2 * k]));
    right = std::max(right, static_cast<double>(truth.xy[2 * k]));
    top = std::min(top, static_cast<double>(truth.xy[2 * k + 1]));
    bottom = std::max(bottom, static_cast<double>(truth.xy[2 * k + 1]));
  }
  if (right < left) return kUnknown;
  return diagonal ? std::hypot(right - left, bottom - top) : std::sqrt((right - left) * (bottom - top));
}

/// "A-B" with A and B from 1; false for anything else.
bool parse_pair(std::string_view name, int& from, int& to) {
  const std::size_t dash = name.find('-');
  if (dash == std::string_view::npos) return false;
  const auto number = [](std::string_view text, int& value) {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
  };
  return number(name.substr(0, dash), from) && number(name.substr(dash + 1), to);
}

}  // namespace

void check_normaliser(std::string_view name) {
  if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return;
  const std::string option = "--nme " + std::string(name);
  int from = 0;
  int to = 0;
  if (!parse_pair(name, from, to)) {
    const std::string best = nearest(name, kNames);
    throw Error(
        ErrorCode::usage,
        option + " is not known." +
            (best.empty() ? " Known: auto, inter-ocular, inter-pupil, box, diagonal and A-B (two points, counted "
                            "from 1)."
                          : " Did you mean '" + best + "'?"));
  }
  if (from < 1 || to < 1 || from == to) {
    throw Error(ErrorCode::usage, option + ": expected two different points, counted from 1 as in x1,y1,...");
  }
}

Normaliser::Normaliser(std::string_view name, int points) : name_(name) {
  check_normaliser(name);
  if (name == "auto") name_ = eyes_of(points) != nullptr ? "inter-ocular" : "diagonal";
  if (name_.starts_with("inter-") && eyes_of(points) == nullptr) {
    throw Error(ErrorCode::usage,
                "--nme " + name_ + ": which of " + std::to_string(points) +
                    " points are the eyes is known for 14, 68 and 98 points only. Give the two points "
                    "as A-B, or box or diagonal.");
  }
  if (!parse_pair(name_, from_, to_)) return;
  if (std::max(from_, to_) > points) {
    throw Error(ErrorCode::usage, "--nme " + name_ + ": the faces have " + std::to_string(points) + " points.");
  }
  --from_;
  --to_;
}

double Normaliser::length(const Landmarks& truth) const {
  const int points = static_cast<int>(truth.visible.size());
  double length = 0;
  if (from_ >= 0) {
    length = distance(truth, {{{from_, from_}, {to_, to_}}});
  } else if (name_ == "inter-ocular") {
    length = distance(truth, eyes_of(points)->corners);
  } else if (name_ == "inter-pupil") {
    length = distance(truth, eyes_of(points)->pupils);
  } else {
    length = of_box(truth, name_ == "diagonal");
  }
  return length > 0 ? length : kUnknown;
}

std::string normaliser_meaning(const std::string& name) {
  if (name == "inter-ocular") return "distance of the outer eye corners";
  if (name == "inter-pupil") return "distance of the pupils";
  if (name == "box") return "root of the area of the box around the points";
  if (name == "diagonal") return "diagonal of the box around the points";
  int from = 0;
  int to = 0;
  if (!parse_pair(name, from, to)) return "size of the face";
  return "distance of points " + std::to_string(from) + " and " + std::to_string(to);
}

}  // namespace fpcpu
