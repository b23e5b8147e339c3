// SPDX-License-Identifier: MIT
#include "data/inspect/extent.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace fpcpu {

std::vector<FaceExtent> face_extents(const Dataset& data) {
  std::vector<FaceExtent> extents;
  extents.reserve(data.size());
  for (std::size_t i = 0; i < data.size(); ++i) {
    const Landmarks& marks = data.landmarks(i);
    FaceExtent e;
    e.face = i;
    e.width = data.width(i);
    e.height = data.height(i);
    for (std::size_t k = 0; k < marks.visible.size(); ++k) {
      if (marks.visible[k] == 0 || is_usual_mark(marks.xy[2 * k], marks.xy[2 * k + 1])) continue;
      const double x = marks.xy[2 * k];
      const double y = marks.xy[2 * k + 1];
      e.low_x = e.points == 0 ? x : std::min(e.low_x, x);
      e.high_x = e.points == 0 ? x : std::max(e.high_x, x);
      e.low_y = e.points == 0 ? y : std::min(e.low_y, y);
      e.high_y = e.points == 0 ? y : std::max(e.high_y, y);
      e.outside += x < -1.5 || y < -1.5 || x > e.width + 0.5 || y > e.height + 0.5 ? 1 : 0;
      ++e.points;
    }
    if (e.points > 0) extents.push_back(e);
  }
  return extents;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double robust_spread(const std::vector<double>& values) {
  const double centre = median(values);
  std::vector<double> distances;
  distances.reserve(values.size());
  for (const double v : values) distances.push_back(std::abs(v - centre));
  return 1.4826 * median(std::move(distances));
}

std::string short_number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return text.data();
}

}  // namespace fpcpu
