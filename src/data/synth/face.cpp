// SPDX-License-Identifier: MIT
#include "data/synth/face.hpp"

namespace fpcpu::synth {

namespace {

/// Normal, but never beyond two deviations: faces, not monsters.
float around(Rng& rng, float middle, float deviation) {
  return middle + deviation * std::clamp(rng.normal(), -2.0F, 2.0F);
}

Vec3 pick(Rng& rng, std::initializer_list<Vec3> colours, float variation) {
  Vec3 c = colours.begin()[rng.below(static_cast<std::uint32_t>(colours.size()))];
  const float gain = std::exp(around(rng, 0, variation));
  return {c.x * gain * std::exp(around(rng, 0, variation / 3)), c.y * gain,
          c.z * gain * std::exp(around(rng, 0, variation / 3))};
}

void draw_shape(Face& f, Rng& rng) {
  f.width = around(rng, 1.02F, 0.05F);
  f.jaw = around(rng, 1.02F, 0.1F);
  f.chin = around(rng, -3, 6);
  f.forehead = around(rng, 0, 6);
  f.plumpness = around(rng, 3.5F, 3);
  f.bend = rng.uniform(0, 8);
  f.flatness = around(rng, 0.42F, 0.08F);
  f.eye_x = around(rng, 32.3F, 1.3F);
  f.eye_half = around(rng, 13.4F, 1);
  f.eye_tilt = around(rng, 0.05F, 0.06F);
  f.eye_upper = around(rng, 6.4F, 1.2F);
  f.eye_lower = around(rng, 3.4F, 0.7F);
  f.iris = around(rng, 6, 0.3F);
  f.crease = rng.uniform(0, 0.8F);
  f.brow_inner_x = around(rng, 12.3F, 3);
  f.brow_inner_y = around(rng, -16, 4);
  f.brow_outer_x = around(rng, 61.5F, 3);
  f.brow_outer_y = around(rng, -11.5F, 4);
  f.brow_arch = around(rng, 5, 2.5F);
  f.brow_thickness = rng.uniform(2, 5.4F);
  f.brow_strength = rng.uniform(0.25F, 0.95F);
  f.nose_y = around(rng, 33.2F, 4.5F);
  f.nose_height = around(rng, 20.5F, 3.5F);
  f.nose_half = around(rng, 16.5F, 2.2F);
  f.nose_bridge = around(rng, 6, 2.5F);
  f.nose_shift = around(rng, 0, 1.2F);
  f.nostril_drop = around(rng, 8, 1.3F);
  f.nostril_size = rng.uniform(0.6F, 1.25F);
  f.nostril_dark = rng.uniform(0.35F, 0.95F);
  f.mouth_y = 0.7F * f.nose_y + around(rng, 43.5F, 4);
  f.mouth_half = around(rng, 26.5F, 2.3F);
  f.lip_upper = around(rng, 5, 1.6F);
  f.lip_lower = around(rng, 7, 1.8F);
}

/// A child, or even a baby: round, with large eyes, a small nose and a near chin.
void make_young(Face& f, float youth) {
  f.width += 0.05F * youth;
  f.jaw += 0.06F * youth;
  f.chin -= 12 * youth;
  f.forehead += 8 * youth;
  f.plumpness += 4 * youth;
  f.eye_half += youth;
  f.eye_upper += youth;
  f.iris += 0.9F * youth;
  f.brow_strength *= 1 - 0.5F * youth;
  f.nose_y -= 4 * youth;
  f.nose_height -= 5 * youth;
  f.nose_bridge -= 3 * youth;
  f.mouth_y -= 8 * youth;
  f.mouth_half -= 3 * youth;
}

void draw_expression(Face& f, Rng& rng) {
  const float mood = rng.uniform();
  if (mood < 0.45F) {  // smile, often with teeth
    f.smile = rng.uniform(0.2F, 1);
    f.mouth_half += 9 * f.smile;
    f.mouth_open = rng.chance(0.7F) ? rng.uniform(2, rng.chance(0.15F) ? 26.0F : 13.0F) : 0;
    f.lip_upper *= 0.8F;
    f.plumpness += 3 * f.smile;
    f.eye_lower -= 0.8F * f.smile;
  } else if (mood < 0.65F) {  // speaking, or surprised
    f.mouth_open = rng.uniform(2, rng.chance(0.3F) ? 30.0F : 12.0F);
    f.mouth_half -= rng.uniform(0, 5);
  } else {
    f.smile = rng.uniform(-0.4F, 0.3F);
    if (rng.chance(0.1F)) f.mouth_half -= rng.uniform(2, 8);
  }
  if (rng.chance(0.3F)) {
    f.mouth_shift = around(rng, 0, 2);
    f.mouth_slant = around(rng, 0, 2);
  }
  const float lift = rng.chance(0.2F) ? rng.uniform(2, 7) : around(rng, 0, 1);
  for (float& l : f.brow_lift) l = lift + around(rng, 0, 0.6F);
  if (rng.chance(0.06F)) f.brow_lift[rng.below(2)] += rng.uniform(2, 6);
  if (rng.chance(0.15F)) f.brow_inner_y += rng.uniform(2, 7);  // frown
  float open = rng.uniform(0.75F, 1.15F) - 0.2F * std::max(0.0F, f.smile);
  if (rng.chance(0.15F)) open = rng.uniform(0.3F, 0.75F);
  if (rng.chance(0.08F)) open = rng.uniform(0, 0.15F);
  for (float& o : f.eye_open) o = open * rng.uniform(0.95F, 1.05F);
  f.gaze_x = std::clamp(around(rng, 0, 2), -5.0F, 5.0F);
  f.gaze_y = std::clamp(around(rng, 0, 0.8F), -2.0F, 2.0F);
}

void draw_skin(Face& f, Rng& rng) {
  f.skin = pick(rng,
                {srgb(246, 204, 190), srgb(242, 194, 176), srgb(234, 180, 162), srgb(226, 168, 144),
                 srgb(208, 148, 122), srgb(188, 130, 104), srgb(152, 100, 80), srgb(118, 76, 62), srgb(86, 57, 48)},
                0.1F);
  const float light = f.skin.y;
  f.blush = rng.uniform(0, 0.6F) * saturate(0.3F + 2 * light);
  f.freckles = rng.chance(0.12F) ? rng.uniform(0.2F, 0.7F) * light : 0;
  f.wrinkles = rng.chance(0.4F) ? rng.uniform(0.2F, 1) : rng.uniform(0, 0.2F);
  f.bags = f.wrinkles * rng.uniform(0.2F, 1);
  f.gloss = rng.uniform(0.03F, 0.45F);
  f.mottle = rng.chance(0.3F) ? rng.uniform(0.05F, 0.14F) : rng.uniform(0.02F, 0.06F);
  f.lip_colour = f.skin * Vec3{rng.uniform(0.75F, 0.95F), rng.uniform(0.42F, 0.62F), rng.uniform(0.45F, 0.65F)};
  if (rng.chance(0.15F)) f.lip_colour = pick(rng, {srgb(190, 40, 60), srgb(150, 30, 50), srgb(205, 90, 100)}, 0.1F);
  f.iris_colour = light < 0.22F ? pick(rng, {srgb(45, 30, 20), srgb(60, 38, 24)}, 0.15F)
                                : pick(rng,
                                       {srgb(60, 38, 24), srgb(45, 30, 20), srgb(80, 52, 30), srgb(95, 75, 45),
                                        srgb(90, 110, 120), srgb(85, 115, 145), srgb(95, 105, 75)},
                                       0.15F);
  f.lashes = rng.uniform(0.35F, 1);
  const float shadow = rng.uniform(0.65F, 1.05F);
  f.eye_shadow = Vec3{1, 1, 1} * shadow;
  if (rng.chance(0.12F)) f.eye_shadow = {rng.uniform(0.3F, 0.9F), rng.uniform(0.3F, 0.9F), rng.uniform(0.4F, 1)};
}

void draw_hair(Face& f, Rng& rng) {
  const bool dark_skin = f.skin.y < 0.22F;
  f.hair = dark_skin || rng.chance(0.35F)
               ? pick(rng, {srgb(24, 20, 18), srgb(36, 28, 24), srgb(48, 36, 28)}, 0.2F)
               : pick(rng,
                      {srgb(66, 46, 32), srgb(96, 66, 42), srgb(130, 92, 56), srgb(176, 136, 84), srgb(212, 178, 122),
                       srgb(150, 76, 40), srgb(150, 148, 146), srgb(205, 205, 202)},
                      0.2F);
  f.hairline = around(rng, -64, 7);
  f.hair_side = rng.uniform(-25, 25);
  f.hair_volume = rng.uniform(3, 20);
  f.hair_part = around(rng, 0, 8);
  f.curls = rng.chance(0.3F) ? rng.uniform(0.3F, 1) : 0;
  f.bald = rng.chance(0.08F);
  if (!f.bald && rng.chance(0.22F)) f.fringe = rng.uniform(0.3F, 1);
  const bool bearded = rng.chance(0.28F);
  if (!f.bald && !bearded && rng.chance(0.6F)) f.long_hair = rng.uniform(30, 190);
  for (float& o : f.hair_opening) o = rng.uniform(0.24F, 0.4F);
  if (bearded) {
    f.stubble = rng.chance(0.5F) ? rng.uniform(0.1F, 0.45F) : rng.uniform(0.5F, 1);
    f.beard_length = f.stubble > 0.6F ? rng.uniform(0, 10) : 0;
    f.moustache = rng.chance(0.8F) ? f.stubble : 0;
  } else if (f.long_hair == 0 && rng.chance(0.1F)) {
    f.moustache = rng.uniform(0.4F, 1);
  }
}

void draw_hat(Face& f, Rng& rng) {
  f.hat = rng.chance(0.14F);
  f.scarf = f.hat && rng.chance(0.25F);
  if (f.hat && !f.scarf && rng.chance(0.65F)) {
    f.brim = rng.uniform(25, 75);
    f.brim_around = rng.chance(0.35F);
    f.brim_tilt = rng.uniform(-0.1F, 0.45F);
  }
  if (f.hat) f.fringe *= 0.3F;
  if (f.scarf) f.long_hair = 0;
  const auto cloth = [&rng] { return Vec3{rng.uniform(0, 0.7F), rng.uniform(0, 0.6F), rng.uniform(0, 0.6F)}; };
  f.hat_colour = cloth() * rng.uniform();
  f.hat_second = rng.chance(0.4F) ? cloth() : f.hat_colour;
  f.hat_bands = rng.uniform(0.05F, 0.4F);
  f.hat_slant = rng.normal();
}

void draw_things(Face& f, Rng& rng) {
  f.glasses = rng.chance(0.24F);
  f.dark_lenses = rng.chance(0.25F);
  f.lens_opacity = rng.uniform(0.6F, 0.98F);
  f.lens_colour = Vec3{rng.uniform(), rng.uniform(), rng.uniform()} * (rng.chance(0.3F) ? 0.25F : 0.03F);
  f.glass_width = rng.uniform(21, f.dark_lenses ? 33.0F : 29.0F);
  f.glass_height = rng.uniform(11, 24);
  f.glass_round = rng.uniform(0.15F, 1);
  f.glass_thickness = rng.uniform(0.8F, 3.5F);
  f.glass_colour = pick(rng, {srgb(20, 18, 18), srgb(50, 30, 20), srgb(150, 130, 100), srgb(130, 130, 135)}, 0.2F);
  f.clothes = {rng.uniform(0, 0.8F), rng.uniform(0, 0.8F), rng.uniform(0, 0.8F)};
  if (rng.chance(0.5F)) f.clothes = Vec3{1, 1, 1} * rng.uniform(0.01F, 0.8F);
  f.clothes_second = rng.chance(0.5F) ? f.clothes : Vec3{1, 1, 1} * rng.uniform(0, 0.9F);
  f.collar = rng.uniform(132, 175);
}

}  // namespace

Face draw_face(Rng& rng) {
  Face f;
  f.texture_seed = rng.bits();
  draw_shape(f, rng);
  const float youth = rng.chance(0.22F) ? rng.uniform(0.2F, 1) : 0;
  make_young(f, youth);
  draw_expression(f, rng);
  draw_skin(f, rng);
  draw_hair(f, rng);
  draw_hat(f, rng);
  draw_things(f, rng);
  return f;
}

Lids lids(const Face& f, int side, float e) noexcept {
  const float arc = std::max(0.0F, 1 - e * e);
  const float corners = -f.eye_tilt * f.eye_half * e + 1;  // the inner corner lies lower
  const float lower = corners + f.eye_lower * arc * (1 + 0.25F * e);
  const float open_upper = corners - f.eye_upper * std::sqrt(arc) * (0.35F + 0.65F * arc) * (1 - 0.12F * e);
  return {mix(lower - 0.2F, open_upper, f.eye_open[side]), lower};
}

Lips lips(const Face& f, float m) noexcept {
  const float arc = std::max(0.0F, 1 - m * m);
  const float line = f.mouth_y - 6 * f.smile * (m * m - 0.35F) + f.mouth_slant * m;
  const float cupid = 1 - 0.22F * hill(m / 0.22F, 0);
  Lips l{};
  l.upper_inner = line - 0.3F * f.mouth_open * arc + 0.8F * (1 - std::abs(m)) * (1 - saturate(f.mouth_open));
  l.lower_inner = std::max(l.upper_inner, line + 0.7F * f.mouth_open * arc);
  l.upper_outer = l.upper_inner - f.lip_upper * cupid * std::sqrt(arc) * (0.6F + 0.4F * arc);
  l.lower_outer = l.lower_inner + f.lip_lower * arc;
  return l;
}

float brow_y(const Face& f, int side, float t) noexcept {
  const float line = mix(f.brow_inner_y, f.brow_outer_y, t) - f.brow_lift[side];
  return line - f.brow_arch * 6.75F * t * t * (1 - t);  // highest at two thirds
}

}  // namespace fpcpu::synth
