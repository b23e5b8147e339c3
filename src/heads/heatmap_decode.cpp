// SPDX-License-Identifier: MIT
#include <algorithm>

#include "heads/heatmap.hpp"

namespace fpcpu {

Pixel highest(const HeatMap& map) noexcept {
  Pixel best;
  double value = map.at(0, 0);
  for (int r = 0; r < map.h; ++r) {
    for (int q = 0; q < map.w; ++q) {
      if (map.at(r, q) <= value || std::isnan(value)) continue;
      value = map.at(r, q);
      best = {r, q};
    }
  }
  return best;
}

namespace {

/// Logarithm of the smoothed map at (r, q). Smoothing takes the noise away that the logarithm would blow up; the cells
/// beyond the border count with the mean of those inside.
double smooth_log(const Gaussian& gaussian, const HeatMap& map, int r, int q) noexcept {
  constexpr int kReach = Gaussian::kReach;
  double sum = 0;
  double total = 0;
  for (int i = std::max(0, r - kReach); i <= std::min(map.h - 1, r + kReach); ++i) {
    for (int j = std::max(0, q - kReach); j <= std::min(map.w - 1, q + kReach); ++j) {
      const double weight = gaussian.smoothing(std::abs(i - r)) * gaussian.smoothing(std::abs(j - q));
      sum += weight * map.at(i, j);
      total += weight;
    }
  }
  return std::log(std::max(sum / total, 1e-10));
}

struct Offset {
  double x = 0, y = 0;
};

/// -H^-1 g of the smoothed logarithm by central differences: steps of one for the gradient, of two for the curvature.
/// False if the point is no maximum of the parabola.
bool newton_offset(const Gaussian& gaussian, const HeatMap& map, Pixel m, Offset& offset) noexcept {
  const auto p = [&](int dr, int dq) { return smooth_log(gaussian, map, m.r + dr, m.q + dq); };
  const double centre = p(0, 0);
  const double gx = (p(0, 1) - p(0, -1)) / 2;
  const double gy = (p(1, 0) - p(-1, 0)) / 2;
  const double hxx = (p(0, 2) - 2 * centre + p(0, -2)) / 4;
  const double hyy = (p(2, 0) - 2 * centre + p(-2, 0)) / 4;
  const double hxy = (p(1, 1) - p(1, -1) - p(-1, 1) + p(-1, -1)) / 4;
  const double determinant = hxx * hyy - hxy * hxy;
  if (!(determinant > 0 && hxx < 0)) return false;
  offset.x = std::clamp(-(hyy * gx - hxy * gy) / determinant, -1.0, 1.0);
  offset.y = std::clamp(-(hxx * gy - hxy * gx) / determinant, -1.0, 1.0);
  return true;
}

double quarter(double before, double after) noexcept { return after == before ? 0.0 : after > before ? 0.25 : -0.25; }

Offset quarter_offset(const HeatMap& map, Pixel m) noexcept {
  Offset offset;
  if (m.q > 0 && m.q + 1 < map.w) offset.x = quarter(map.at(m.r, m.q - 1), map.at(m.r, m.q + 1));
  if (m.r > 0 && m.r + 1 < map.h) offset.y = quarter(map.at(m.r - 1, m.q), map.at(m.r + 1, m.q));
  return offset;
}

Offset refine(const Gaussian& gaussian, const HeatMap& map, Pixel m) noexcept {
  const double value = map.at(m.r, m.q);
  if (std::isnan(value)) return {value, value};
  const bool inside = m.r >= 2 && m.q >= 2 && m.r + 2 < map.h && m.q + 2 < map.w;
  Offset offset;
  return inside && newton_offset(gaussian, map, m, offset) ? offset : quarter_offset(map, m);
}

}  // namespace

void decode_heatmaps(const Gaussian& gaussian, const float* maps, const Shape& shape, int n, float* points,
                     float* doubts) noexcept {
  for (int i = 0; i < n; ++i) {
    for (int k = 0; k < shape.c; ++k) {
      const HeatMap map{maps + static_cast<std::size_t>(i) * shape.size() + k, shape.h, shape.w, shape.c};
      const Pixel m = highest(map);
      const Offset offset = refine(gaussian, map, m);
      *points++ = static_cast<float>(pixel_to_fraction(m.q + offset.x, shape.w));
      *points++ = static_cast<float>(pixel_to_fraction(m.r + offset.y, shape.h));
      if (doubts != nullptr) *doubts++ = doubt_of(map.at(m.r, m.q));
    }
  }
}

}  // namespace fpcpu
