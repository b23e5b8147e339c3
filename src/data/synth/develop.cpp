// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>

#include "data/synth/canvas.hpp"

namespace fpcpu::synth {

namespace {

void soften(Canvas& canvas, float sigma) {
  std::array<float, 4> weight{};
  float total = 0;
  for (std::size_t d = 0; d < weight.size(); ++d) {
    const float t = static_cast<float>(d) / sigma;
    weight[d] = std::exp(-0.5F * t * t);
    total += d == 0 ? weight[d] : 2 * weight[d];
  }
  const int size = canvas.size;
  for (const bool vertical : {false, true}) {
    const Canvas from = canvas;
    const auto at = [&](int along, int line) {
      along = std::clamp(along, 0, size - 1);
      return vertical ? from.at(line, along) : from.at(along, line);
    };
    for (int line = 0; line < size; ++line) {
      for (int i = 0; i < size; ++i) {
        Vec3 sum = at(i, line) * weight[0];
        for (int d = 1; d < 4; ++d)
          sum = sum + (at(i - d, line) + at(i + d, line)) * weight[static_cast<std::size_t>(d)];
        (vertical ? canvas.at(line, i) : canvas.at(i, line)) = sum * (1 / total);
      }
    }
  }
}

}  // namespace

Image develop(Canvas canvas, Rng& rng) {
  const auto pixels = static_cast<std::size_t>(canvas.size) * static_cast<std::size_t>(canvas.size);
  if (rng.chance(0.45F)) soften(canvas, rng.uniform(0.35F, 1.2F) * static_cast<float>(canvas.size) / 128);
  // A camera's automatic exposure: two thirds of the way from the scene's own brightness to a common one.
  float brightness = 0;
  for (const Vec3& p : canvas.pixels) brightness += std::sqrt(p.y);
  brightness = std::max(brightness / static_cast<float>(pixels), 0.02F);
  const float wanted = 0.46F + 0.11F * std::clamp(rng.normal(), -2.0F, 2.0F);
  const float exposure = std::pow(wanted / brightness, 1.33F);
  // White balance errs along warm and cold; greenish and pinkish pictures are rare.
  const float warmth = (rng.chance(0.35F) ? 0.22F : 0.08F) * rng.normal();
  const Vec3 gain = Vec3{std::exp(warmth), std::exp(0.03F * rng.normal()), std::exp(-warmth)} * exposure;
  const float contrast = rng.uniform(0.9F, 1.9F);
  const float lift = rng.chance(0.15F) ? rng.uniform(0, 0.1F) : 0;
  const float saturation = rng.uniform(0.35F, 1.3F);
  const float grain = rng.chance(0.4F) ? rng.uniform(0, 0.03F) : 0.004F;
  const bool gray = rng.chance(0.1F);
  Image image{canvas.size, canvas.size, gray ? 1 : 3, std::vector<std::uint8_t>(pixels * (gray ? 1 : 3))};
  Rng noise_source(rng.bits(), RandomUse::synth);
  std::uint8_t* out = image.pixels.data();
  for (const Vec3& p : canvas.pixels) {
    const auto tone = [&](float v) {
      const float s = std::sqrt(std::max(v, 0.0F));
      return lift + (1 - lift) * (0.45F + contrast * (s / (1 + 0.12F * s * s) - 0.45F));
    };
    const std::array<float, 3> c = {tone(p.x * gain.x), tone(p.y * gain.y), tone(p.z * gain.z)};
    const float luma = 0.299F * c[0] + 0.587F * c[1] + 0.114F * c[2];
    // The sum of two uniform numbers is close enough to a bell and needs no logarithm.
    const auto store = [&](float v) {
      const std::uint32_t bits = noise_source.bits();
      const float bell = static_cast<float>((bits & 0xFFFFU) + (bits >> 16U)) / 65535.0F - 1;
      *out++ = static_cast<std::uint8_t>(255 * saturate(v + 2.4F * grain * bell) + 0.5F);
    };
    if (gray) {
      store(luma);
    } else {
      for (const float v : c) store(luma + saturation * (v - luma));
    }
  }
  return image;
}

}  // namespace fpcpu::synth
