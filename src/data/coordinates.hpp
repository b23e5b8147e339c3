#pragma once

#include <span>
#include <vector>

namespace fpcpu {

/// Pixel position to fraction of the side relative to the middle, the network's unit. Inverse of fraction_to_pixel.
[[nodiscard]] inline float pixel_to_fraction(float x, int side) noexcept {
  return (x + 0.5F) / static_cast<float>(side) - 0.5F;
}
[[nodiscard]] inline float fraction_to_pixel(float t, int side) noexcept {
  return (t + 0.5F) * static_cast<float>(side) - 0.5F;
}

/// Appends a network output (t_x1,t_y1,...) as pixels of an image.
inline void to_pixels(std::span<const float> output, int width, int height, std::vector<float>& pixels) {
  for (std::size_t i = 0; i < output.size(); i += 2) {
    pixels.push_back(fraction_to_pixel(output[i], width));
    pixels.push_back(fraction_to_pixel(output[i + 1], height));
  }
}

}  // namespace fpcpu
