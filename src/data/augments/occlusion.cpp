#include <algorithm>
#include <array>

#include "data/augments/pixel_augment.hpp"

namespace fpcpu {

/// A box in front of the face: one colour with a gradient, or a piece of the picture itself (skin on skin is the harder
/// lesson). The points under it stay visible: the network has to infer them.
void augment_occlusion(const AugmentOptions& o, Rng& rng, Pixels pixels, AugmentScratch& scratch) {
  if (o.occlusion <= 0 || !rng.chance(o.occlusion_chance)) return;
  const Shape s = pixels.shape;
  const auto side = [&](int size) {
    return std::clamp(static_cast<int>(rng.uniform(0.3F * o.occlusion, o.occlusion) * static_cast<float>(size)), 1,
                      size);
  };
  const auto place = [&](int size, int length) {
    return static_cast<int>(rng.below(static_cast<std::uint32_t>(size - length + 1)));
  };
  const int w = side(s.w);
  const int h = side(s.h);
  const int x = place(s.w, w);
  const int y = place(s.h, h);
  const int row = s.w * s.c;
  float* box = pixels.data + y * row + x * s.c;
  if (rng.chance(0.5F)) {
    const float* from = pixels.data + place(s.h, h) * row + place(s.w, w) * s.c;
    scratch.rows.resize(s.size());
    for (int v = 0; v < h; ++v) std::copy_n(from + v * row, w * s.c, scratch.rows.data() + v * w * s.c);
    for (int v = 0; v < h; ++v) std::copy_n(scratch.rows.data() + v * w * s.c, w * s.c, box + v * row);
    return;
  }
  std::array<float, 3> colour{};
  for (float& c : colour) c = rng.uniform(0, 255);
  const float slope = rng.uniform(-60, 60) / static_cast<float>(h);
  for (int v = 0; v < h; ++v) {
    for (int u = 0; u < w; ++u) {
      for (int c = 0; c < s.c; ++c) {
        box[v * row + u * s.c + c] = colour[static_cast<std::size_t>(c)] + slope * static_cast<float>(v);
      }
    }
  }
}

}  // namespace fpcpu
