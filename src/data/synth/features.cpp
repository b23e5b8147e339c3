// SPDX-License-Identifier: MIT
#include "data/synth/paint.hpp"

namespace fpcpu::synth {

namespace {

/// 1 where v < edge, softened over `blur`.
float below(float v, float edge, float blur) noexcept { return saturate(0.5F + (edge - v) / blur); }

void paint_eyeball(const Face& f, int side, float ex, float y, const Lids& l, float blur, Material& m) {
  const float sign = side == 0 ? -1.0F : 1.0F;
  const float from_upper = y - l.upper;
  const Vec3 white = mix(Vec3{0.55F, 0.48F, 0.45F}, f.skin, 0.4F);
  const float shadow = smooth_step(-1, 4.5F, from_upper);
  const float roundness = 1 - 0.45F * ex * ex / (f.eye_half * f.eye_half);
  m.colour = white * (mix(0.4F, 1, shadow) * roundness);
  m.gloss = 0.1F;
  m.shade = 0.95F;
  const float pink = smooth_step(0.75F, 1, std::abs(ex) / f.eye_half);
  m.colour = mix(m.colour, f.skin * Vec3{0.8F, 0.45F, 0.42F}, 0.6F * pink);

  const float ix = ex - sign * f.gaze_x;
  const float iy = y - (-1.1F + f.gaze_y);
  const float r = std::sqrt(ix * ix + iy * iy);
  const float in_iris = below(r, f.iris, blur);
  if (in_iris > 0) {
    const float streaks = 0.8F + 0.35F * noise(std::atan2(iy, ix) * 6, r * 0.6F, f.texture_seed ^ 77U);
    const float rim = mix(1, 0.3F, smooth_step(0.7F * f.iris, f.iris, r));
    Vec3 colour = f.iris_colour * (streaks * rim * mix(0.45F, 1, shadow) * 1.2F);
    colour = mix(colour, Vec3{0.004F, 0.004F, 0.004F}, below(r, 0.42F * f.iris, blur));
    m.colour = mix(m.colour, colour, in_iris);
  }
  m.glow += 0.55F * below(std::hypot(ix + 1.8F, iy + 2), 1.1F, blur) * shadow;
}

}  // namespace

void paint_eye(const Face& f, float x, float y, float blur, Material& m) {
  const int side = x < 0 ? 0 : 1;
  const float ex = std::abs(x) - f.eye_x;  // positive outwards
  const float e = ex / f.eye_half;
  if (std::abs(e) > 1.5F || std::abs(y) > 22) return;
  const Lids l = lids(f, side, std::clamp(e, -1.0F, 1.0F));
  const float width = below(std::abs(e), 1, blur / f.eye_half);

  // The fold over the lid, the lid's own shadow and the bag below.
  const float arc = hill(e / 1.25F, 0);
  const float fold = l.upper - 3.2F - 2 * arc;
  m.colour = m.colour * (1 - 0.5F * f.crease * arc * hill((y - fold) / (1.4F + blur), 0));
  m.colour = m.colour * (1 - 0.25F * arc * hill((y - l.upper + 4) / 6, 0));
  m.colour = mix(m.colour, m.colour * f.eye_shadow, hill(e / 1.4F, (y - l.upper + 3) / 9));
  m.colour = m.colour * (1 - 0.3F * f.bags * arc * hill((y - l.lower - 7) / 3.5F, 0));

  const float inside = width * below(l.upper, y, blur) * below(y, l.lower, blur);
  if (inside > 0) {
    Material ball = m;
    paint_eyeball(f, side, ex, y, l, blur, ball);
    m.colour = mix(m.colour, ball.colour, inside);
    m.gloss = mix(m.gloss, ball.gloss, inside);
    m.glow += (ball.glow - m.glow) * inside;
  }
  const float line = 0.8F + 0.9F * f.lashes * (0.6F + 0.4F * e);
  const float lash = width * hill((y - l.upper + 0.3F) / (line + blur), 0);
  m.colour = mix(m.colour, Vec3{0.012F, 0.009F, 0.008F}, saturate(lash * (0.35F + 0.75F * f.lashes)));
  const float rim = width * hill((y - l.lower - 0.3F) / (1.1F + blur), 0);
  m.colour = mix(m.colour, f.skin * Vec3{0.35F, 0.24F, 0.22F}, 0.5F * rim);
}

void paint_mouth(const Face& f, float x, float y, float blur, Material& m) {
  x -= f.mouth_shift;
  const float side = x / f.mouth_half;
  if (std::abs(side) > 1.25F || std::abs(y - f.mouth_y) > 45) return;
  const Lips l = lips(f, std::clamp(side, -1.0F, 1.0F));
  const float width = below(std::abs(side), 1, 2 * blur / f.mouth_half);
  m.colour = m.colour * (1 - 0.35F * hill((std::abs(side) - 1.03F) / 0.13F, (y - l.upper_inner) / 4.5F));
  m.colour = m.colour * (1 - 0.22F * hill(side / 0.7F, (y - l.lower_outer - 3) / 4));

  const float soft = blur + 0.8F;
  const float upper = width * below(l.upper_outer, y, soft) * below(y, l.upper_inner, blur);
  const float lower = width * below(l.lower_inner, y, blur) * below(y, l.lower_outer, soft);
  const float ridges = 0.93F + 0.1F * noise(x * 0.9F, y * 0.12F, f.texture_seed ^ 31U);
  m.colour = mix(m.colour, f.lip_colour * (0.72F * ridges), upper);
  m.colour = mix(m.colour, f.lip_colour * ridges, lower);
  m.gloss = mix(m.gloss, 0.3F, lower);
  if (f.mouth_open > 0.5F) {
    const float gap = width * below(l.upper_inner, y, blur) * below(y, l.lower_inner, blur);
    Vec3 inside = Vec3{0.05F, 0.012F, 0.012F};
    const float tongue = hill(side / 0.6F, (y - l.lower_inner) / (0.45F * f.mouth_open + 1));
    inside = mix(inside, Vec3{0.3F, 0.09F, 0.08F}, tongue * smooth_step(6, 14, f.mouth_open));
    const float length = std::min(8.0F, 2.5F + 0.5F * f.mouth_open);
    const float teeth = below(y, l.upper_inner + length * (1 - 0.3F * side * side), blur) *
                        (f.smile > 0.15F || f.mouth_open > 6 ? 1.0F : 0.4F) * below(std::abs(side), 0.88F, 0.25F);
    const float tooth = 0.9F + 0.1F * std::abs(std::sin(x * 0.4F));
    inside = mix(inside, Vec3{0.62F, 0.57F, 0.5F} * (tooth * (1 - 0.55F * side * side)), teeth);
    m.colour = mix(m.colour, inside, gap);
    m.gloss *= 1 - gap;
  } else {
    const float line = width * hill((y - l.upper_inner) / (1.3F + blur), 0);
    m.colour = mix(m.colour, f.lip_colour * 0.16F, 0.8F * line);
  }
}

}  // namespace fpcpu::synth
