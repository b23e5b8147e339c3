// SPDX-License-Identifier: MIT
#include <array>

#include "data/synth/canvas.hpp"

namespace fpcpu::synth {

namespace {

Vec3 any_colour(Rng& rng) {
  const float value = rng.uniform();
  const Vec3 gray = Vec3{1, 1, 1} * (value * value);
  const Vec3 vivid{rng.uniform() * rng.uniform(), rng.uniform() * rng.uniform(), rng.uniform() * rng.uniform()};
  return mix(gray, vivid, rng.uniform());
}

/// One shape of the clutter: everything on one side of soft edges.
struct Thing {
  Vec3 colour;
  float x, y, half_w, half_h, cosine, sine, round, edge, opacity;

  [[nodiscard]] float cover(float px, float py) const noexcept {
    const float dx = px - x;
    const float dy = py - y;
    const float u = (cosine * dx + sine * dy) / half_w;
    const float v = (cosine * dy - sine * dx) / half_h;
    const float disc = std::sqrt(u * u + v * v);
    const float box = std::max(std::abs(u), std::abs(v));
    return opacity * smooth_step(1 + edge, 1 - edge, mix(box, disc, round));
  }
};

Thing any_thing(Rng& rng) {
  Thing t{};
  t.colour = any_colour(rng);
  t.x = rng.uniform(-0.1F, 1.1F);
  t.y = rng.uniform(-0.1F, 1.1F);
  t.half_w = rng.uniform(0.03F, 0.4F);
  t.half_h = rng.chance(0.3F) ? rng.uniform(0.5F, 1.5F) : rng.uniform(0.03F, 0.4F);
  const float angle = rng.chance(0.6F) ? 0.0F : rng.uniform(-0.8F, 0.8F);
  t.cosine = std::cos(angle);
  t.sine = std::sin(angle);
  t.round = rng.chance(0.5F) ? 1.0F : 0.0F;
  t.edge = rng.uniform(0.02F, 0.5F);
  t.opacity = rng.uniform(0.4F, 1);
  return t;
}

}  // namespace

void paint_background(Canvas& canvas, Rng& rng) {
  const Vec3 top = any_colour(rng);
  const Vec3 bottom = rng.chance(0.4F) ? any_colour(rng) : top * rng.uniform(0.5F, 1.1F);
  const float side = rng.uniform(-0.4F, 0.4F);
  std::array<Thing, 14> things{};
  const std::size_t count = rng.chance(0.3F) ? 0 : 2 + rng.below(12);
  for (std::size_t i = 0; i < count; ++i) things[i] = any_thing(rng);
  const float grain = rng.chance(0.4F) ? rng.uniform(0.05F, 0.4F) : 0.03F;
  const float grain_size = rng.uniform(4, 40);
  const std::uint32_t seed = rng.bits();
  // Painted coarsely and enlarged smoothly: out of focus, and cheap.
  const int step = 1 + static_cast<int>(rng.below(4)) * std::max(1, canvas.size / 64);
  const int coarse = canvas.size / step + 2;
  std::vector<Vec3> cells(static_cast<std::size_t>(coarse) * static_cast<std::size_t>(coarse));
  for (int y = 0; y < coarse; ++y) {
    for (int x = 0; x < coarse; ++x) {
      const float px = static_cast<float>(x * step) / static_cast<float>(canvas.size);
      const float py = static_cast<float>(y * step) / static_cast<float>(canvas.size);
      Vec3 c = mix(top, bottom, saturate(py + side * (px - 0.5F)));
      for (std::size_t i = 0; i < count; ++i) c = mix(c, things[i].colour, things[i].cover(px, py));
      cells[static_cast<std::size_t>(y * coarse + x)] =
          c * std::max(0.0F, 1 + grain * noise(px * grain_size, py * grain_size, seed));
    }
  }
  for (int y = 0; y < canvas.size; ++y) {
    for (int x = 0; x < canvas.size; ++x) {
      const Vec3* cell = cells.data() + (y / step) * coarse + x / step;
      const float u = static_cast<float>(x % step) / static_cast<float>(step);
      const float v = static_cast<float>(y % step) / static_cast<float>(step);
      canvas.at(x, y) = mix(mix(cell[0], cell[1], u), mix(cell[coarse], cell[coarse + 1], u), v);
    }
  }
}

}  // namespace fpcpu::synth
