// SPDX-License-Identifier: MIT
#include "data/synth/stroke.hpp"

namespace fpcpu::synth {

namespace {

/// A rod of `half` pixels whose lit side is brighter: a finger, an arm, the handle of something.
void rod(Canvas& canvas, Vec3 a, Vec3 b, float half, Vec3 colour, Vec3 lit_side) {
  stroke(canvas, a, b, half, colour * 0.45F, 1);
  for (const float part : {0.25F, 0.5F}) {
    const Vec3 shift = lit_side * (part * half);
    stroke(canvas, a + shift, b + shift, half * (1 - part), colour * (0.5F + part), 0.7F);
  }
}

/// Fingers that come from below or from the side and end somewhere on the face.
void draw_hand(Canvas& canvas, Rng& rng, Vec3 skin, Vec3 lit_side) {
  const auto size = static_cast<float>(canvas.size);
  const bool from_left = rng.chance(0.5F);
  const float half = size * rng.uniform(0.03F, 0.055F);
  const Vec3 tip =
      Vec3{from_left ? rng.uniform(0.1F, 0.5F) : rng.uniform(0.5F, 0.9F), rng.uniform(0.5F, 0.9F), 0} * size;
  const float angle = (from_left ? 1.0F : -1.0F) * rng.uniform(-0.2F, 1.6F);
  const Vec3 along{-std::sin(angle), std::cos(angle), 0};
  const Vec3 across{along.y, -along.x, 0};
  const auto fingers = static_cast<int>(1 + rng.below(4));
  for (int k = 0; k < fingers; ++k) {
    const float place = static_cast<float>(k) - 0.5F * static_cast<float>(fingers - 1);
    const Vec3 end = tip + across * (1.9F * half * place) + along * (half * rng.uniform(0, 2));
    rod(canvas, end + along * size, end, half * rng.uniform(0.85F, 1.1F), skin, lit_side);
  }
}

/// A microphone, a cup, a phone: something of any colour that reaches in from the border.
void draw_object(Canvas& canvas, Rng& rng, Vec3 light, Vec3 lit_side) {
  const auto size = static_cast<float>(canvas.size);
  const Vec3 colour = Vec3{rng.uniform(), rng.uniform(), rng.uniform()} * rng.uniform() * light;
  const Vec3 end = Vec3{rng.uniform(), rng.uniform(0.4F, 1), 0} * size;
  const Vec3 start = Vec3{rng.chance(0.5F) ? -0.2F : 1.2F, rng.uniform(0.3F, 1.4F), 0} * size;
  rod(canvas, start, end, size * rng.uniform(0.02F, 0.13F), colour, lit_side);
}

/// Single strands that fall over the face.
void draw_strands(Canvas& canvas, Rng& rng, Vec3 hair) {
  const auto size = static_cast<float>(canvas.size);
  const float root = rng.uniform(0.1F, 0.9F);
  const float spread = rng.uniform(0.02F, 0.35F);
  const auto count = static_cast<int>(3 + rng.below(22));
  for (int k = 0; k < count; ++k) {
    Vec3 p = Vec3{root + spread * rng.normal(), rng.uniform(-0.1F, 0.2F), 0} * size;
    float angle = 0.5F * rng.normal();
    const float bend = 0.08F * rng.normal();
    const float half = size * rng.uniform(0.002F, 0.009F);
    const auto pieces = static_cast<int>(4 + rng.below(7));
    for (int i = 0; i < pieces; ++i) {
      const Vec3 q = p + Vec3{std::sin(angle), std::cos(angle), 0} * (0.09F * size);
      stroke(canvas, p, q, half, hair * rng.uniform(0.6F, 1.3F), 0.9F);
      p = q;
      angle += bend;
    }
  }
}

}  // namespace

void draw_obstacles(Canvas& canvas, const Face& face, Rng& rng, Vec3 light, Vec3 to_light) {
  const Vec3 lit_side{to_light.x, to_light.y, 0};
  if (!face.bald && !face.hat && rng.chance(0.14F)) draw_strands(canvas, rng, face.hair * light);
  if (rng.chance(0.08F)) draw_hand(canvas, rng, face.skin * light, lit_side);
  if (rng.chance(0.08F)) draw_object(canvas, rng, light, lit_side);
}

}  // namespace fpcpu::synth
