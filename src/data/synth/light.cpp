// SPDX-License-Identifier: MIT
#include "data/synth/light.hpp"

namespace fpcpu::synth {

namespace {

Vec3 tint(Rng& rng, float deviation) {
  const float warm = deviation * std::clamp(rng.normal(), -2.0F, 2.0F);
  return {1 + warm, 1, 1 - warm};
}

}  // namespace

Light draw_light(Rng& rng) {
  Light l{};
  const float side = rng.chance(0.4F) ? 1.3F : 0.5F;
  l.to_key = unit({side * rng.normal(), -0.4F + 0.5F * rng.normal(), 0.9F});
  const float strength = rng.uniform(0.3F, 1.2F);
  l.key = tint(rng, 0.1F) * strength;
  const float fill = std::max(0.08F, rng.uniform(0.75F, 1.0F) - 0.75F * strength);
  l.ambient = tint(rng, 0.1F) * fill;
  l.bounce = l.ambient * rng.uniform(0.3F, 0.9F);
  const float across = rng.chance(0.5F) ? -1.0F : 1.0F;
  l.to_rim = unit({across, rng.uniform(-0.8F, 0.5F), rng.uniform(-0.5F, 0.4F)});
  if (rng.chance(0.35F)) l.rim = tint(rng, 0.3F) * rng.uniform(0.1F, 0.9F);
  if (rng.chance(0.12F)) {
    l.patch_size = rng.uniform(12, 70);
    l.patch_depth = rng.uniform(0.3F, 1);
    l.patch_seed = rng.bits();
  }
  return l;
}

Vec3 shine(const Material& m, Vec3 normal, Vec3 position, const Light& l, const ShadowMap& shadows) {
  const Vec3 n = unit(normal);
  // Light enters skin and comes out around the corner: the terminator is wrapped by a fifth.
  float facing = saturate((dot(n, l.to_key) + 0.2F) / 1.2F);
  if (facing > 0) facing *= shadows.lit(position);
  if (l.patch_depth > 0) {
    // The pattern lies across the light, but a plane of the picture is near enough.
    const float v = noise(position.x / l.patch_size, position.y / l.patch_size, l.patch_seed);
    facing *= 1 - l.patch_depth * smooth_step(-0.15F, 0.1F, v);
  }
  const float edge = saturate(dot(n, l.to_rim));
  const Vec3 half = unit(l.to_key + Vec3{0, 0, 1});
  const float base = saturate(dot(n, half));
  const float p2 = base * base;
  const float p4 = p2 * p2;
  const float p16 = p4 * p4 * p4 * p4;
  const Vec3 around = mix(l.ambient, l.bounce, saturate(0.5F + 0.5F * n.y));
  const Vec3 diffuse = m.colour * ((l.key * facing + l.rim * edge) * (0.35F + 0.65F * m.shade) + around * m.shade);
  return diffuse + l.key * (m.gloss * 0.35F * p16 * facing) + Vec3{1, 1, 1} * m.glow;
}

}  // namespace fpcpu::synth
