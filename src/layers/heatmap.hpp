// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "core/coordinates.hpp"
#include "fpcpu/losses.hpp"
#include "fpcpu/shape.hpp"

/// What a network's output means, and the two directions between a point and its heat map.
namespace fpcpu {

/// Output of a network: 1,1,2K coordinates, or H,W,K heat maps.
[[nodiscard]] constexpr bool is_heatmaps(const Shape& output) noexcept { return output.h * output.w > 1; }
/// K.
[[nodiscard]] constexpr int output_points(const Shape& output) noexcept {
  return is_heatmaps(output) ? output.c : output.c / 2;
}

/// True if an output of this shape can tell where `points` points are.
[[nodiscard]] constexpr bool emits_points(const Shape& output, int points) noexcept {
  return output.c == (is_heatmaps(output) ? points : 2 * points);
}

/// The fields of LossArgs that follow from a network's shapes.
template <class T>
[[nodiscard]] LossArgs<T> loss_args(const Shape& input, const Shape& output) noexcept {
  LossArgs<T> a;
  a.points = output_points(output);
  if (is_heatmaps(output)) {
    a.map_h = output.h;
    a.map_w = output.w;
  }
  a.unit_x = static_cast<T>(input.w);
  a.unit_y = static_cast<T>(input.h);
  return a;
}

/// Width of the Gaussian around a point, in map pixels: the heat map of a point at u is exp(-|c - u|^2 / (2 sigma^2)).
inline constexpr double kHeatmapSigma = 1.0;

/// One axis of that Gaussian at map pixel c.
template <class T>
[[nodiscard]] T heatmap_profile(int c, T u) noexcept {
  const T d = (static_cast<T>(c) - u) / static_cast<T>(kHeatmapSigma);
  return std::exp(-d * d / T(2));
}

/// Points of n samples of heat maps H,W,K as fractions of the side relative to the middle, n,2K.
/// The pixel with the highest value, refined by DARK: one Newton step on the logarithm of the map after smoothing it
/// with the Gaussian of the training targets, limited to one map pixel. Where that is not possible (within two pixels
/// of the border, or no maximum there) a quarter of a pixel towards the higher neighbour.
/// Sources: Zhang et al., "Distribution-aware coordinate representation", CVPR 2020, arXiv 1910.06278; the quarter of a
/// pixel: Newell et al., ECCV 2016, arXiv 1603.06937.
void decode_heatmaps(const float* maps, const Shape& shape, int n, float* points) noexcept;

}  // namespace fpcpu
