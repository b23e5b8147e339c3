// SPDX-License-Identifier: MIT
#include "data/synth/stroke.hpp"

namespace fpcpu::synth {

void stroke(Canvas& canvas, Vec3 a, Vec3 b, float half, Vec3 colour, float opacity) {
  const int x0 = std::max(0, static_cast<int>(std::floor(std::min(a.x, b.x) - half - 1)));
  const int x1 = std::min(canvas.size - 1, static_cast<int>(std::ceil(std::max(a.x, b.x) + half + 1)));
  const int y0 = std::max(0, static_cast<int>(std::floor(std::min(a.y, b.y) - half - 1)));
  const int y1 = std::min(canvas.size - 1, static_cast<int>(std::ceil(std::max(a.y, b.y) + half + 1)));
  const float dx = b.x - a.x;
  const float dy = b.y - a.y;
  const float inverse = 1 / (dx * dx + dy * dy + 1e-6F);
  for (int y = y0; y <= y1; ++y) {
    for (int x = x0; x <= x1; ++x) {
      const float px = static_cast<float>(x) - a.x;
      const float py = static_cast<float>(y) - a.y;
      const float t = saturate((px * dx + py * dy) * inverse);
      const float distance = std::hypot(px - t * dx, py - t * dy);
      const float cover = opacity * saturate(half + 0.5F - distance) * std::min(1.0F, 2 * half);
      if (cover > 0) canvas.at(x, y) = mix(canvas.at(x, y), colour, cover);
    }
  }
}

}  // namespace fpcpu::synth
