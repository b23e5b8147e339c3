// SPDX-License-Identifier: MIT
#include "data/synth/paint.hpp"

namespace fpcpu::synth {

namespace {

float strands(const Face& f, float across, float along) noexcept {
  const float bend = f.curls * 1.5F * std::sin(along * 0.15F);
  return 0.6F * noise(across + bend, along * 0.03F, f.texture_seed ^ 3U) +
         0.4F * noise(across * 2.7F + bend, along * 0.07F, f.texture_seed ^ 4U);
}

void paint_brow(const Face& f, float x, float y, float blur, Material& m) {
  const float s = std::abs(x);
  const float t = (s - f.brow_inner_x) / (f.brow_outer_x - f.brow_inner_x);
  if (t < -0.12F || t > 1.12F || y < -60 || y > 10) return;
  const float middle = brow_y(f, x < 0 ? 0 : 1, std::clamp(t, 0.0F, 1.0F));
  const float half =
      f.brow_thickness * (1 - 0.72F * smooth_step(0.45F, 1, t)) * (0.75F + 0.25F * smooth_step(0, 0.2F, t));
  const float edge = 1.2F + blur;
  float cover = saturate(0.5F + (half - std::abs(y - middle)) / edge);
  cover *= smooth_step(-0.06F, 0.05F, t) * smooth_step(1.05F, 0.97F, t);
  if (cover <= 0) return;
  const float hairs = 0.8F + 0.35F * noise(x * 0.7F, (y + 0.35F * s) * 0.45F, f.texture_seed ^ 11U);
  const Vec3 colour = mix(f.hair, Vec3{0.02F, 0.015F, 0.012F}, 0.55F);
  m.colour = mix(m.colour, colour, saturate(cover * f.brow_strength * hairs));
  m.gloss *= 1 - cover;
}

void paint_beard(const Head& head, float u, float x, float y, Material& m) {
  const Face& f = head.face();
  if (f.stubble <= 0 && f.moustache <= 0) return;
  const float s = std::abs(x);
  const float around_mouth =
      1 - hill((x - f.mouth_shift) / (f.mouth_half * 1.25F), (y - f.mouth_y - 3 - 0.4F * f.mouth_open) / 17);
  const float cheek_line =
      mix(f.mouth_y - 8, 25, smooth_step(30, 62, s)) + 4 * noise(x * 0.15F, y * 0.15F, f.texture_seed);
  float cover = f.stubble * smooth_step(-6, 6, y - cheek_line) * mix(0.25F, 1, around_mouth) *
                smooth_step(1.75F, 1.5F, std::abs(u));
  const Lips l = lips(f, 0);
  const float lip_top = l.upper_outer - 1;
  const float moustache =
      f.moustache * hill(x / (f.mouth_half * 1.15F), (y - mix(lip_top - 3, lip_top + 5, saturate(s / 40))) / 8.5F);
  cover = std::max(cover, saturate(1.6F * moustache));
  const float hairs = 0.75F + 0.5F * noise(x * 0.9F, y * 0.5F, f.texture_seed ^ 21U);
  m.colour = mix(m.colour, mix(f.hair, m.colour * 0.3F, 0.3F), saturate(0.92F * cover * hairs));
  m.gloss *= 1 - cover;
}

void paint_nose(const Face& f, float x, float y, Material& m) {
  const float s = std::abs(x);
  if (s > 40 || y < -20 || y > f.nose_y + 30) return;
  const float n = std::abs(x - f.nose_shift);
  const float from_middle = n - 0.43F * f.nose_half;
  const float nostril = hill(from_middle / (0.33F * f.nostril_size * f.nose_half),
                             (y - f.nose_y - f.nostril_drop + 0.15F * from_middle) / (3.3F * f.nostril_size));
  m.colour = mix(m.colour, f.skin * Vec3{0.1F, 0.06F, 0.05F}, f.nostril_dark * saturate(1.5F * nostril));
  // The crease around the wing.
  m.shade *= 1 - 0.3F * hill((n - 1.12F * f.nose_half) / 3.5F, (y - f.nose_y - 3) / 9);
  m.shade *= 1 - 0.2F * hill(x / (1.2F * f.nose_half), (y - f.nose_y - 12) / 10);
  m.shade *= 1 - 0.2F * hill((s - 15) / 9, (y + 2) / 14);
}

void paint_age(const Face& f, float x, float y, Material& m) {
  const float s = std::abs(x);
  // The fold from the wing of the nose to the corner of the mouth, deeper with a smile.
  const float t = (y - f.nose_y) / (f.mouth_y + 6 - f.nose_y);
  if (t > -0.1F && t < 1.2F) {
    const float fold_x = mix(f.nose_half + 3, f.mouth_half + 8, t) + 3 * t * (1 - t);
    const float depth = 0.1F + 0.3F * f.wrinkles + 0.28F * saturate(f.smile);
    m.colour = m.colour * (1 - depth * hill((s - fold_x) / 4, (t - 0.5F) / 0.65F));
  }
  if (f.wrinkles > 0.25F && y < -25) {
    const float lines = std::sin(y * 0.62F + 2 * noise(x * 0.02F, y * 0.1F, f.texture_seed ^ 13U));
    m.colour = m.colour * (1 - 0.16F * f.wrinkles * saturate(lines) * hill(x / 55, (y + 48) / 24));
  }
}

}  // namespace

Material paint_head(const Head& head, float u, float x, float y, float blur) {
  const Face& f = head.face();
  Material m;
  const float s = std::abs(x);
  const float cover = head.hair_cover(u, x, y, 3, 4);
  if (cover >= 1) {
    if (f.hat) return paint_hat(head, 70 * u, y);
    return paint_hair(head, u, y);
  }
  const float mottle =
      1 + f.mottle * (noise(x * 0.03F, y * 0.03F, f.texture_seed ^ 15U) + noise(x * 0.09F, y * 0.09F, f.texture_seed) +
                      noise(x * 0.45F, y * 0.45F, f.texture_seed ^ 1U));
  m.colour = f.skin * mottle;
  m.gloss =
      f.gloss * (0.6F + 0.8F * hill(x / 30, (y + 45) / 40) + 0.8F * hill((x - f.nose_shift) / 8, (y - f.nose_y) / 12));
  const float red = f.blush * (hill((s - 40) / 28, (y - 38) / 24) + 0.7F * hill(x / 15, (y - f.nose_y) / 14) +
                               hill((std::abs(u) - 1.62F) / 0.25F, (y - 14) / 34));
  m.colour = mix(m.colour, m.colour * Vec3{1, 0.66F, 0.64F}, saturate(red));
  if (f.freckles > 0) {
    const float spots = smooth_step(0.35F, 0.75F, noise(x * 0.4F, y * 0.4F, f.texture_seed ^ 2U));
    m.colour = mix(m.colour, f.skin * Vec3{0.62F, 0.5F, 0.42F}, f.freckles * spots);
  }
  m.shade *= 1 - 0.3F * hill((s - f.eye_x) / 24, (y + 5) / 12);
  m.shade *= 1 - 0.55F * smooth_step(head.bottom() - 14, head.bottom() - 2, y);
  m.shade *= 1 - 0.35F * hill((std::abs(u) - 1.6F) / 0.1F, (y - 14) / 16);
  paint_nose(f, x, y, m);
  paint_age(f, x, y, m);
  if (std::abs(u) < 1.5F) {
    paint_eye(f, x, y, blur, m);
    paint_mouth(f, x, y, blur, m);
  }
  paint_beard(head, u, x, y, m);
  if (std::abs(u) < 1.5F) paint_brow(f, x, y, blur, m);
  // Hair shades the skin beside it.
  const float near_hair = head.hair_cover(u, x, y - 7, 6, 0);
  m.shade *= 1 - 0.3F * near_hair;
  if (cover > 0) {
    const Material hair = f.hat ? paint_hat(head, 70 * u, y) : paint_hair(head, u, y);
    m.colour = mix(m.colour, hair.colour, cover);
    m.gloss = mix(m.gloss, hair.gloss, cover);
    m.shade = mix(m.shade, hair.shade, cover);
  }
  return m;
}

Material paint_hair(const Head& head, float u, float y) {
  const Face& f = head.face();
  Material m;
  const float s = strands(f, u * 22, y);
  const float shine = hill((y + 78 + 10 * noise(u * 8, 0, f.texture_seed)) / 22, 0);
  m.colour =
      f.hair * (0.85F + 0.55F * s) + (f.hair * 0.5F + Vec3{0.02F, 0.02F, 0.02F}) * (0.7F * shine * saturate(0.5F + s));
  m.shade = 0.9F - 0.25F * saturate(-s);
  return m;
}

Material paint_hat(const Head& head, float a, float b) {
  const Face& f = head.face();
  Material m;
  const float bands = smooth_step(-0.1F, 0.1F, std::sin((a * f.hat_slant + b) * f.hat_bands));
  m.colour = mix(f.hat_colour, f.hat_second, bands) * (0.88F + 0.15F * noise(a * 0.3F, b * 0.3F, f.texture_seed ^ 6U));
  m.shade = 0.95F;
  return m;
}

Material paint_body(const Head& head, float u, float x, float y, float blur) {
  const Face& f = head.face();
  Material m;
  m.colour = f.skin * 0.92F;
  m.gloss = 0.4F * f.gloss;
  // The chin's shadow.
  m.shade = mix(0.42F, 1, smooth_step(head.bottom() - 12, head.bottom() + 42, y));
  const float neckline = f.collar + 18 * hill(x / 60, 0);
  const float cloth = f.scarf ? 1 : saturate(0.5F + (y - neckline) / (blur + 1));
  const float folds = 1 + 0.18F * noise(x * 0.04F + u, y * 0.03F, f.texture_seed ^ 41U);
  const float opening = smooth_step(0, -3, std::abs(x) - 0.35F * (y - neckline));
  m.colour = mix(m.colour, mix(f.clothes, f.clothes_second, opening) * folds, cloth);
  m.gloss *= 1 - cloth;
  return m;
}

}  // namespace fpcpu::synth
