// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "data/synth/face.hpp"

namespace fpcpu::synth {

/// The surface of a head: horizontal slices are ellipses whose width and front follow two profiles; nose, sockets,
/// lips, cheeks and chin are hills on it. One definition gives the picture and the points.
class Head {
 public:
  static constexpr float kMiddleZ = -88;  // axis of the skull
  static constexpr float kHatLine = -44;  // height at which a hat sits

  explicit Head(const Face& face);

  [[nodiscard]] const Face& face() const noexcept { return face_; }
  [[nodiscard]] float top() const noexcept { return top_; }
  [[nodiscard]] float bottom() const noexcept { return bottom_; }
  /// Half width of the slice at height y.
  [[nodiscard]] float half_width(float y) const noexcept;
  /// Surface at turn u (radians from the front, positive to the right) and height y.
  [[nodiscard]] Vec3 at(float u, float y) const noexcept;
  /// The point of the front surface at this x and y, before the bend.
  [[nodiscard]] Vec3 front(float x, float y) const noexcept;
  /// How much of the skin at (u, y) hair covers, 0..1, x = half_width(y) sin u. The edge is `soft` mm wide and moved by
  /// up to `ragged` mm, strand by strand.
  [[nodiscard]] float hair_cover(float u, float x, float y, float soft, float ragged) const noexcept;

 private:
  [[nodiscard]] float front_z(float y) const noexcept;
  [[nodiscard]] float relief(float x, float y) const noexcept;

  Face face_;
  float top_;
  float bottom_;
};

/// The 14 points on the surface, in the order of the data format.
[[nodiscard]] std::array<Vec3, 14> landmark_positions(const Head& head);

}  // namespace fpcpu::synth
