// SPDX-License-Identifier: MIT
#include "data/synth/head.hpp"

#include <span>

namespace fpcpu::synth {

namespace {

struct Knot {
  float y;
  float value;
};

// Half width and front of a common head. The rows below kFixedBelow move with the chin, those above kFixedAbove with
// the top.
constexpr std::array<Knot, 16> kWidth = {{{-120, 0},
                                          {-117, 18},
                                          {-110, 36},
                                          {-98, 53},
                                          {-80, 66},
                                          {-60, 72},
                                          {-40, 74},
                                          {0, 73},
                                          {22, 70.5F},
                                          {45, 66},
                                          {64, 62},
                                          {82, 57},
                                          {96, 50},
                                          {107, 41},
                                          {116, 29},
                                          {124, 0}}};
constexpr std::array<Knot, 17> kFront = {{{-120, -86},
                                          {-117, -62},
                                          {-110, -42},
                                          {-98, -24},
                                          {-80, -10},
                                          {-60, -2},
                                          {-40, 2},
                                          {-20, 2},
                                          {-4, -2},
                                          {20, -3},
                                          {48, -4},
                                          {68, -2},
                                          {84, -5},
                                          {98, -4},
                                          {109, -10},
                                          {117, -24},
                                          {124, -60}}};
constexpr float kFixedAbove = -20;
constexpr float kFixedBelow = 60;

/// Monotone between knots, smooth enough for shading (Catmull-Rom).
float profile(std::span<const Knot> knots, float y) {
  std::size_t i = 1;
  while (i + 2 < knots.size() && y > knots[i].y) ++i;
  const Knot& b = knots[i - 1];
  const Knot& c = knots[i];
  const Knot& a = i >= 2 ? knots[i - 2] : b;
  const Knot& d = i + 1 < knots.size() ? knots[i + 1] : c;
  const float length = c.y - b.y;
  const float t = saturate((y - b.y) / length);
  const float slope_b = i >= 2 ? (c.value - a.value) / (c.y - a.y) * length : c.value - b.value;
  const float slope_c = i + 1 < knots.size() ? (d.value - b.value) / (d.y - b.y) * length : c.value - b.value;
  const float t2 = t * t;
  const float t3 = t2 * t;
  return (2 * t3 - 3 * t2 + 1) * b.value + (t3 - 2 * t2 + t) * slope_b + (3 * t2 - 2 * t3) * c.value +
         (t3 - t2) * slope_c;
}

/// Height of the common head that belongs to height y of this one.
float common_y(const Head& head, float y) {
  if (y < kFixedAbove) return kFixedAbove + (y - kFixedAbove) * (-120 - kFixedAbove) / (head.top() - kFixedAbove);
  if (y > kFixedBelow) return kFixedBelow + (y - kFixedBelow) * (124 - kFixedBelow) / (head.bottom() - kFixedBelow);
  return y;
}

}  // namespace

Head::Head(const Face& face)
    : face_(face), top_(-120 - face.forehead), bottom_(124 + face.chin + 0.55F * face.mouth_open) {}

float Head::half_width(float y) const noexcept {
  const float jaw = mix(1.0F, face_.jaw, smooth_step(0, 70, y));
  return std::max(0.0F, profile(kWidth, common_y(*this, y)) * face_.width * jaw);
}

float Head::front_z(float y) const noexcept { return profile(kFront, common_y(*this, y)); }

float Head::relief(float x, float y) const noexcept {
  const Face& f = face_;
  const float s = std::abs(x);
  float z = 0;
  z += 3.5F * hill((s - 32) / 30, (y + 17) / 13);                                           // brow ridge
  z -= 8 * hill((s - f.eye_x) / 22, (y + 2) / 14);                                          // socket
  z += 5.5F * hill((s - f.eye_x) / 15, (y + 0.5F) / 10);                                    // eyeball
  z += (4 + f.plumpness) * hill((s - 42) / 30, (y - 36) / 30);                              // cheek
  z += 5 * hill(x / 22, (y - bottom_ + 24) / 16);                                           // chin
  z -= 3 * hill((x - f.mouth_shift) / 22, (y - f.mouth_y - 17 - 0.7F * f.mouth_open) / 7);  // under the lip
  const float bridge = (y + 14) / (f.nose_y + 14);
  const float nx = x - f.nose_shift * saturate(bridge);
  if (bridge > 0 && y < f.nose_y + 12) {
    const float ridge = 0.68F * f.nose_height;
    const float height = y < f.nose_y ? mix(f.nose_bridge, ridge, std::pow(bridge, 1.2F))
                                      : ridge * smooth_step(f.nose_y + 12, f.nose_y - 2, y);
    const float across = saturate(1 - std::abs(nx) / mix(15, 1.05F * f.nose_half, saturate(bridge)));
    z += height * smooth_step(0, 0.4F, bridge) * across * across * (3 - 2 * across);
  }
  z += 0.34F * f.nose_height * hill(nx / (0.85F * f.nose_half), (y - f.nose_y) / 12);                     // tip
  z += 0.45F * f.nose_height * hill((std::abs(nx) - 0.68F * f.nose_half) / 10, (y - f.nose_y - 2) / 11);  // wings
  const float m = (x - f.mouth_shift) / (f.mouth_half * 1.05F);
  z += 4 * hill(m, (y - f.mouth_y + 3.5F) / 8);
  z += 5 * hill(m * 1.15F, (y - f.mouth_y - 6 - 0.7F * f.mouth_open) / 9);
  z -= 3 * hill(m, (y - f.mouth_y) / 2.5F);
  return z;
}

Vec3 Head::at(float u, float y) const noexcept {
  const float c = std::cos(u);
  const float x = half_width(y) * std::sin(u);
  const float reach = c > 0 ? std::pow(c, 1 - face_.flatness) : c;
  float z = kMiddleZ + (front_z(y) - kMiddleZ) * reach;
  float side = 0;
  if (c > 0) {
    z += relief(x, y) * smooth_step(0, 0.3F, c);
  } else {
    z = kMiddleZ + 0.95F * (z - kMiddleZ);
  }
  const float ear = hill((std::abs(u) - 1.62F) / 0.2F, (y - 14) / 30);
  side += 15 * ear * (u > 0 ? 1.0F : -1.0F);
  // The same bend moves the picture and the points.
  constexpr float kCell = 1 / 28.0F;
  const float dx = face_.bend * noise(x * kCell, y * kCell, face_.texture_seed ^ 51U);
  const float dy = face_.bend * noise(x * kCell, y * kCell, face_.texture_seed ^ 52U);
  return {x + side + dx, y + dy, z};
}

Vec3 Head::front(float x, float y) const noexcept {
  return at(std::asin(std::clamp(x / half_width(y), -1.0F, 1.0F)), y);
}

float Head::hair_cover(float u, float x, float y, float soft, float ragged) const noexcept {
  const Face& f = face_;
  const float turn = std::abs(u);
  if (turn < 0.5F && y > -20 + soft + ragged) return 0;
  const float temple = smooth_step(0.55F, 1.05F, turn);
  const float behind = smooth_step(1.7F, 2.0F, turn);
  float line = f.hairline + 0.08F * f.hair_part * x / 10 + 6 * smooth_step(0.3F, 0.6F, turn) * (1 - temple);
  if (f.fringe > 0) line = mix(line, mix(f.hairline, -24, f.fringe), smooth_step(0.95F, 0.6F, turn));
  line = mix(line, f.hair_side, temple);
  if (f.bald) line = mix(-160, 0, smooth_step(1.3F, 1.6F, turn));
  line = mix(line, 85, behind);
  if (f.hat) line = std::max(line, kHatLine + 2 + 0.002F * x * x);
  if (f.scarf) line = std::max(mix(f.hairline, -40, 0.6F), mix(-60, 160, smooth_step(0.75F, 1.2F, turn)));
  const float ear = hill((turn - 1.5F) / 0.22F, (y - 12) / 32);
  if (ragged > 0 && !f.hat) {
    line += ragged * (noise(x * 0.11F, y * 0.05F, f.texture_seed) + noise(x * 0.9F, y * 0.15F, f.texture_seed ^ 8U));
  }
  return smooth_step(soft, -soft, y - line) * (1 - (f.long_hair > 0 || f.scarf ? 0.0F : smooth_step(0.05F, 0.3F, ear)));
}

std::array<Vec3, 14> landmark_positions(const Head& head) {
  const Face& f = head.face();
  std::array<Vec3, 14> p;
  for (int side = 0; side < 2; ++side) {
    const float sign = side == 0 ? -1.0F : 1.0F;
    const auto eye = [&](float e) {
      const Lids l = lids(f, side, e);
      return head.front(sign * (f.eye_x + e * f.eye_half), 0.5F * (l.upper + l.lower));
    };
    const Vec3 outer = head.front(sign * f.brow_outer_x, brow_y(f, side, 1));
    const Vec3 inner = head.front(sign * f.brow_inner_x, brow_y(f, side, 0));
    p[side == 0 ? 0 : 3] = outer;
    p[side == 0 ? 1 : 2] = inner;
    p[side == 0 ? 4 : 9] = eye(1);
    p[side == 0 ? 5 : 8] = (eye(-0.3F) + eye(0.3F)) * 0.5F;
    p[side == 0 ? 6 : 7] = eye(-1);
  }
  p[10] = head.front(f.nose_shift, f.nose_y);
  const Lips middle = lips(f, 0);
  p[11] = head.front(f.mouth_shift - f.mouth_half, lips(f, -1).upper_inner);
  p[12] = head.front(f.mouth_shift, 0.5F * (middle.upper_inner + middle.lower_inner));
  p[13] = head.front(f.mouth_shift + f.mouth_half, lips(f, 1).upper_inner);
  return p;
}

}  // namespace fpcpu::synth
