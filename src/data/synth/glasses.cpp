// SPDX-License-Identifier: MIT
#include <array>
#include <numbers>

#include "data/synth/canvas.hpp"
#include "data/synth/stroke.hpp"

namespace fpcpu::synth {

namespace {

constexpr int kRimCorners = 28;

using Rim = std::array<Vec3, kRimCorners>;

/// A rounded rectangle in front of one eye, in the picture.
Rim project_rim(const Head& head, const View& view, float sign) {
  const Face& f = head.face();
  Rim rim{};
  for (int i = 0; i < kRimCorners; ++i) {
    const float angle = 2 * std::numbers::pi_v<float> * static_cast<float>(i) / kRimCorners;
    const float power = mix(0.35F, 1, f.glass_round);
    const auto bulge = [power](float v) { return std::copysign(std::pow(std::abs(v), power), v); };
    const float x = sign * (f.eye_x + 3) + f.glass_width * bulge(std::cos(angle));
    const float y = 4 + f.glass_height * bulge(std::sin(angle));
    rim[static_cast<std::size_t>(i)] = view.project({x, y, 9 - 0.007F * x * x});
  }
  return rim;
}

void fill_lens(Canvas& canvas, const Rim& rim, Vec3 colour, float opacity) {
  for (int y = 0; y < canvas.size; ++y) {
    float left = 1e9F;
    float right = -1e9F;
    for (std::size_t i = 0; i < rim.size(); ++i) {
      const Vec3 a = rim[i];
      const Vec3 b = rim[(i + 1) % rim.size()];
      const float row = static_cast<float>(y);
      if ((a.y <= row) == (b.y <= row)) continue;
      const float x = a.x + (b.x - a.x) * (row - a.y) / (b.y - a.y);
      left = std::min(left, x);
      right = std::max(right, x);
    }
    for (int x = std::max(0, static_cast<int>(std::ceil(left)));
         x <= std::min(canvas.size - 1, static_cast<int>(right)); ++x) {
      canvas.at(x, y) = mix(canvas.at(x, y), colour, opacity);
    }
  }
}

}  // namespace

void draw_glasses(Canvas& canvas, const Head& head, const View& view, float light) {
  const Face& f = head.face();
  const float half = 0.5F * f.glass_thickness * view.pixels_per_mm();
  const Vec3 colour = f.glass_colour * (0.6F * light);
  for (const float sign : {-1.0F, 1.0F}) {
    const Rim rim = project_rim(head, view, sign);
    if (f.dark_lenses) {
      fill_lens(canvas, rim, f.lens_colour * light, f.lens_opacity);
    } else {
      fill_lens(canvas, rim, Vec3{0.3F, 0.33F, 0.36F} * light, 0.05F);
    }
    for (std::size_t i = 0; i < rim.size(); ++i) stroke(canvas, rim[i], rim[(i + 1) % rim.size()], half, colour, 0.95F);
    // The temple is seen only on the side that is turned to the viewer.
    const float edge = sign * (f.eye_x + 3 + f.glass_width);
    const Vec3 hinge = view.project({edge, -4, 9 - 0.007F * edge * edge});
    const Vec3 ear = view.project({sign * 76 * f.width, -2, -80});
    if ((ear.x - hinge.x) * sign > 0) stroke(canvas, hinge, ear, half, colour, 0.9F);
  }
  const float inner = f.eye_x + 3 - f.glass_width;
  stroke(canvas, view.project({-inner, 0, 9}), view.project({inner, 0, 9}), half, colour, 0.95F);
}

}  // namespace fpcpu::synth
