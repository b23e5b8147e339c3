// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>

namespace fpcpu {

/// A position in pixels: the centre of the top-left pixel is (0,0), so an image W wide spans -0.5 .. W-0.5.
struct Point {
  double x = 0;
  double y = 0;
};

/// A projective map of the plane, row-major: (x,y) -> ((a0 x + a1 y + a2) / w, (a3 x + a4 y + a5) / w),
/// w = a6 x + a7 y + a8. Affine maps have the last row 0,0,1.
struct Map2D {
  std::array<double, 9> a{1, 0, 0, 0, 1, 0, 0, 0, 1};

  [[nodiscard]] Point operator()(Point p) const noexcept {
    const double w = a[6] * p.x + a[7] * p.y + a[8];
    return {(a[0] * p.x + a[1] * p.y + a[2]) / w, (a[3] * p.x + a[4] * p.y + a[5]) / w};
  }

  /// First `right`, then `left`.
  friend Map2D operator*(const Map2D& left, const Map2D& right) noexcept {
    Map2D m;
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t c = 0; c < 3; ++c) {
        m.a[3 * r + c] =
            left.a[3 * r] * right.a[c] + left.a[3 * r + 1] * right.a[3 + c] + left.a[3 * r + 2] * right.a[6 + c];
      }
    }
    return m;
  }
};

[[nodiscard]] inline Map2D translate(double dx, double dy) noexcept { return {{1, 0, dx, 0, 1, dy, 0, 0, 1}}; }
[[nodiscard]] inline Map2D scale(double sx, double sy) noexcept { return {{sx, 0, 0, 0, sy, 0, 0, 0, 1}}; }
/// Clockwise on the screen, because y points down.
[[nodiscard]] inline Map2D rotate(double radians) noexcept {
  const double c = std::cos(radians);
  const double s = std::sin(radians);
  return {{c, -s, 0, s, c, 0, 0, 0, 1}};
}

/// The map back. The determinant must not be 0.
[[nodiscard]] inline Map2D inverse(const Map2D& m) noexcept {
  const auto& a = m.a;
  Map2D r{{a[4] * a[8] - a[5] * a[7], a[2] * a[7] - a[1] * a[8], a[1] * a[5] - a[2] * a[4], a[5] * a[6] - a[3] * a[8],
           a[0] * a[8] - a[2] * a[6], a[2] * a[3] - a[0] * a[5], a[3] * a[7] - a[4] * a[6], a[1] * a[6] - a[0] * a[7],
           a[0] * a[4] - a[1] * a[3]}};
  const double determinant = a[0] * r.a[0] + a[1] * r.a[3] + a[2] * r.a[6];
  for (double& v : r.a) v /= determinant;
  return r;
}

/// Positions under a resize from (w,h) to (new_w,new_h): x' = (x + 0.5) new_w / w - 0.5.
[[nodiscard]] inline Map2D resize_map(double w, double h, double new_w, double new_h) noexcept {
  return {{new_w / w, 0, 0.5 * new_w / w - 0.5, 0, new_h / h, 0.5 * new_h / h - 0.5, 0, 0, 1}};
}

/// Left and right exchanged in an image w wide: x' = w - 1 - x.
[[nodiscard]] inline Map2D mirror_map(double w) noexcept { return {{-1, 0, w - 1, 0, 1, 0, 0, 0, 1}}; }

/// The map that takes the unit square's corners (0,0), (1,0), (1,1), (0,1) to the corners of a convex quadrilateral.
/// Source: Heckbert, "Fundamentals of texture mapping and image warping", UC Berkeley 1989, section 2.2.3.
[[nodiscard]] inline Map2D square_to_quad(const std::array<Point, 4>& q) noexcept {
  const double sx = q[0].x - q[1].x + q[2].x - q[3].x;
  const double sy = q[0].y - q[1].y + q[2].y - q[3].y;
  const double dx1 = q[1].x - q[2].x, dx2 = q[3].x - q[2].x;
  const double dy1 = q[1].y - q[2].y, dy2 = q[3].y - q[2].y;
  const double determinant = dx1 * dy2 - dx2 * dy1;
  const double g = (sx * dy2 - dx2 * sy) / determinant;
  const double h = (dx1 * sy - sx * dy1) / determinant;
  return {{q[1].x - q[0].x + g * q[1].x, q[3].x - q[0].x + h * q[3].x, q[0].x, q[1].y - q[0].y + g * q[1].y,
           q[3].y - q[0].y + h * q[3].y, q[0].y, g, h, 1}};
}

}  // namespace fpcpu
