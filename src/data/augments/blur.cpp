#include <algorithm>
#include <cmath>

#include "data/augments/pixel_augment.hpp"

namespace fpcpu {

namespace {

constexpr int kRadius = 3;

/// out[i] = sum over d of weight[|d|] in[i + d step], the ends replicated. `step` separates neighbours.
void blur_line(const float* weights, const float* in, std::ptrdiff_t step, std::ptrdiff_t length, float* out) {
  const std::ptrdiff_t inner_begin = std::min<std::ptrdiff_t>(kRadius * step, length);
  const std::ptrdiff_t inner_end = std::max(inner_begin, length - kRadius * step);
  const auto at_edge = [&](std::ptrdiff_t i) {
    float sum = weights[0] * in[i];
    for (int d = 1; d <= kRadius; ++d) {
      const std::ptrdiff_t phase = i % step;
      const std::ptrdiff_t low = std::max(i - d * step, phase);
      const std::ptrdiff_t high = std::min(i + d * step, length - step + phase);
      sum += weights[d] * (in[low] + in[high]);
    }
    out[i] = sum;
  };
  for (std::ptrdiff_t i = 0; i < inner_begin; ++i) at_edge(i);
  for (std::ptrdiff_t i = inner_begin; i < inner_end; ++i) {
    out[i] = weights[0] * in[i] + weights[1] * (in[i - step] + in[i + step]) +
             weights[2] * (in[i - 2 * step] + in[i + 2 * step]) + weights[3] * (in[i - 3 * step] + in[i + 3 * step]);
  }
  for (std::ptrdiff_t i = inner_end; i < length; ++i) at_edge(i);
}

}  // namespace

void augment_blur(const AugmentOptions& o, Rng& rng, Pixels pixels, AugmentScratch& scratch) {
  if (o.blur <= 0 || !rng.chance(o.blur_chance)) return;
  const float sigma = rng.uniform(0.2F * o.blur, o.blur) * static_cast<float>(pixels.shape.w) / 100;
  float weights[kRadius + 1];
  float total = 0;
  for (int d = 0; d <= kRadius; ++d) {
    const float t = static_cast<float>(d) / sigma;
    weights[d] = std::exp(-0.5F * t * t);
    total += d == 0 ? weights[d] : 2 * weights[d];
  }
  for (float& w : weights) w /= total;

  scratch.rows.resize(pixels.shape.size());
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(pixels.shape.w) * pixels.shape.c;
  for (int y = 0; y < pixels.shape.h; ++y) {
    blur_line(weights, pixels.data + y * row, pixels.shape.c, row, scratch.rows.data() + y * row);
  }
  blur_line(weights, scratch.rows.data(), row, static_cast<std::ptrdiff_t>(pixels.shape.size()), pixels.data);
}

}  // namespace fpcpu
