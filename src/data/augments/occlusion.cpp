// SPDX-License-Identifier: MIT
#include <algorithm>

#include "data/augments/augmentation.hpp"
#include "data/augments/pixels.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {{.name = "occlusion",
                                     .value = "PART",
                                     .help = "a box of up to this part of each side covers something",
                                     .full = 0.3F},
                                    chance_range("occlusion-chance", "chance of covering something", 0.3F)};

/// A box in front of the face: one colour with a gradient, or a piece of the picture itself (skin on skin is the harder
/// lesson). The points under it stay visible: the network has to infer them.
void apply(AugmentValues values, Rng& rng, Pixels& pixels) {
  const Shape s = pixels.shape;
  const auto side = [&](int size) {
    return std::clamp(static_cast<int>(rng.uniform(0.3F * values[0], values[0]) * static_cast<float>(size)), 1, size);
  };
  const auto place = [&](int size, int length) {
    return static_cast<int>(rng.below(static_cast<std::uint32_t>(size - length + 1)));
  };
  const int w = side(s.w);
  const int h = side(s.h);
  const int x = place(s.w, w);
  const int y = place(s.h, h);
  const bool patch = rng.chance(0.5F);
  const int from_y = patch ? place(s.h, h) : 0;
  const int from_x = patch ? place(s.w, w) : 0;
  const float slope = patch ? 0.0F : rng.uniform(-60, 60) / static_cast<float>(h);
  pixels.work.resize(pixels.area());
  for (int c = 0; c < s.c; ++c) {
    float* box = pixels.plane(c) + y * s.w + x;
    if (!patch) {
      const float colour = rng.uniform(0, 255);
      for (int v = 0; v < h; ++v) std::fill_n(box + v * s.w, w, colour + slope * static_cast<float>(v));
      continue;
    }
    // Through a copy: the two places may overlap.
    const float* from = pixels.plane(c) + from_y * s.w + from_x;
    for (int v = 0; v < h; ++v) std::copy_n(from + v * s.w, w, pixels.work.data() + v * w);
    for (int v = 0; v < h; ++v) std::copy_n(pixels.work.data() + v * w, w, box + v * s.w);
  }
}

}  // namespace

Augmentation occlusion() { return {.name = "occlusion", .ranges = kRanges, .effect = apply, .calm = Calm::off}; }

}  // namespace fpcpu::augments
