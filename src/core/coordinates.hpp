// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "core/foreign_text.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

/// Pixel position to fraction of the side relative to the middle, the network's unit. Inverse of fraction_to_pixel.
template <class T>
[[nodiscard]] T pixel_to_fraction(T x, int side) noexcept {
  return (x + T(0.5)) / static_cast<T>(side) - T(0.5);
}
template <class T>
[[nodiscard]] T fraction_to_pixel(T t, int side) noexcept {
  return (t + T(0.5)) * static_cast<T>(side) - T(0.5);
}

/// @throws Error{numeric} if a coordinate found in `image` is not finite: it must not get into a file or a mean.
inline void require_finite(std::span<const float> points, const std::string& image) {
  if (std::all_of(points.begin(), points.end(), [](float v) { return std::isfinite(v); })) return;
  throw Error(ErrorCode::numeric, printable(image) +
                                      ": the model's answer is not finite. Its file is damaged or its training "
                                      "diverged; use another model.");
}

/// Appends a network output (t_x1,t_y1,...) as pixels of an image.
inline void to_pixels(std::span<const float> output, int width, int height, std::vector<float>& pixels) {
  for (std::size_t i = 0; i < output.size(); i += 2) {
    pixels.push_back(fraction_to_pixel(output[i], width));
    pixels.push_back(fraction_to_pixel(output[i + 1], height));
  }
}

}  // namespace fpcpu
