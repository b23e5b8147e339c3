// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// True for the values that tables use for a point that was not marked. No face has a point exactly there by chance.
[[nodiscard]] constexpr bool is_usual_mark(float x, float y) noexcept { return x == y && (x == 0 || x == -1); }

/// Where the points of one face lie; those that are not visible or only marks of a missing point are left out.
struct FaceExtent {
  std::size_t face = 0;
  double width = 0, height = 0;  // of the image, px
  std::size_t points = 0;
  std::size_t outside = 0;  // of them, by more than a pixel
  double low_x = 0, high_x = 0, low_y = 0, high_y = 0;

  [[nodiscard]] double centre_x() const noexcept { return 0.5 * (low_x + high_x); }
  [[nodiscard]] double centre_y() const noexcept { return 0.5 * (low_y + high_y); }
};

/// Of all faces that have points.
[[nodiscard]] std::vector<FaceExtent> face_extents(const Dataset& data);

/// The middle value; 0 of nothing.
[[nodiscard]] double median(std::vector<double> values);
/// A standard deviation that a third of wrong values does not spoil: 1.4826 times the median distance from the median.
[[nodiscard]] double robust_spread(const std::vector<double>& values);

/// Four significant digits, as messages show a coordinate.
[[nodiscard]] std::string short_number(double value);

}  // namespace fpcpu
