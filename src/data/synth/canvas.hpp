// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "core/rng.hpp"
#include "data/synth/view.hpp"
#include "fpcpu/dataset.hpp"

namespace fpcpu::synth {

/// A square picture in linear light.
struct Canvas {
  int size = 0;
  std::vector<Vec3> pixels;

  explicit Canvas(int side) : size(side), pixels(static_cast<std::size_t>(side) * static_cast<std::size_t>(side)) {}
  [[nodiscard]] Vec3& at(int x, int y) noexcept {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(size) + static_cast<std::size_t>(x)];
  }
  [[nodiscard]] const Vec3& at(int x, int y) const noexcept {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(size) + static_cast<std::size_t>(x)];
  }
};

/// What is behind the face: a plain wall, a gradient, or clutter that is more or less out of focus.
void paint_background(Canvas& canvas, Rng& rng);

/// Frame, bridge, temples and lenses, drawn over the face from the same geometry.
void draw_glasses(Canvas& canvas, const Head& head, const View& view, float light);

/// Now and then strands of hair, a hand or another thing in front of the face.
/// @param light     the common brightness of lit things
/// @param to_light  direction to the lamp
void draw_obstacles(Canvas& canvas, const Face& face, Rng& rng, Vec3 light, Vec3 to_light);

/// Exposure, colour cast, contrast, softness, noise; sometimes black and white. 8-bit sRGB.
[[nodiscard]] Image develop(Canvas canvas, Rng& rng);

}  // namespace fpcpu::synth
