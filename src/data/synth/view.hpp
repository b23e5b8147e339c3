// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "data/synth/head.hpp"
#include "data/synth/raster.hpp"

namespace fpcpu::synth {

/// Turn of a body and the camera that sees it. Perspective: what is nearer than z = 0 looks larger.
class View {
 public:
  View() = default;
  /// Angles in radians: yaw to the right of the picture, pitch down, roll clockwise.
  View(float yaw, float pitch, float roll, float camera_distance);

  [[nodiscard]] Vec3 turn(Vec3 direction) const noexcept;
  /// Position in the picture; z is the depth, larger = nearer.
  [[nodiscard]] Vec3 project(Vec3 position) const noexcept;
  /// The way back from `project`: camera space, mm.
  [[nodiscard]] Vec3 position(Vec3 projected) const noexcept;
  /// Afterwards the square of `side` mm with its top-left corner at (left, top) fills `pixels` pixels.
  void frame(float left, float top, float side, float pixels) noexcept;
  [[nodiscard]] float pixels_per_mm() const noexcept { return scale_; }

 private:
  std::array<Vec3, 3> rows_{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  float distance_ = 700;
  float scale_ = 1;
  float offset_x_ = 0;
  float offset_y_ = 0;
};

[[nodiscard]] Mesh head_mesh(const Head& head, const View& view);
/// Hair that hangs beside and behind the head.
[[nodiscard]] Mesh long_hair_mesh(const Head& head, const View& view);
/// The brim of a hat or the peak of a cap.
[[nodiscard]] Mesh brim_mesh(const Head& head, const View& view);
/// Neck and shoulders.
[[nodiscard]] Mesh body_mesh(const Head& head, const View& view);

}  // namespace fpcpu::synth
