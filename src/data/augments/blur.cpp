// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>

#include "data/augments/augmentation.hpp"
#include "data/augments/pixels.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {{.name = "blur",
                                     .value = "PX",
                                     .help = "Gaussian blur of up to this sigma, for an input of 100 px",
                                     .limit = 8,
                                     .full = 1.2F},
                                    chance_range("blur-chance", "chance of blurring", 0.3F)};

constexpr int kMaxRadius = 24;

/// One side of a Gaussian cut off where it has become unimportant; sums to 1 over both sides.
struct Bell {
  std::array<float, kMaxRadius + 1> weights{};
  int radius = 0;

  explicit Bell(float sigma) : radius(std::clamp(static_cast<int>(std::ceil(2.5F * sigma)), 1, kMaxRadius)) {
    float total = 0;
    for (int d = 0; d <= radius; ++d) {
      const float t = static_cast<float>(d) / sigma;
      at(d) = std::exp(-0.5F * t * t);
      total += d == 0 ? at(d) : 2 * at(d);
    }
    for (float& w : weights) w /= total;
  }

  [[nodiscard]] float& at(int d) { return weights[static_cast<std::size_t>(d)]; }
};

void blur_rows(Bell& bell, const float* plane, Shape s, float* padded, float* out) {
  const int r = bell.radius;
  for (int y = 0; y < s.h; ++y, plane += s.w, out += s.w) {
    std::fill_n(padded, r, plane[0]);
    std::copy_n(plane, s.w, padded + r);
    std::fill_n(padded + r + s.w, r, plane[s.w - 1]);
    const float* centre = padded + r;
    for (int x = 0; x < s.w; ++x) out[x] = bell.at(0) * centre[x];
    for (int d = 1; d <= r; ++d) {
      const float weight = bell.at(d);
      for (int x = 0; x < s.w; ++x) out[x] += weight * (centre[x - d] + centre[x + d]);
    }
  }
}

void blur_columns(Bell& bell, const float* plane, Shape s, float* out) {
  const auto row = [&](int y) { return plane + static_cast<std::ptrdiff_t>(std::clamp(y, 0, s.h - 1)) * s.w; };
  for (int y = 0; y < s.h; ++y, out += s.w) {
    const float* centre = row(y);
    for (int x = 0; x < s.w; ++x) out[x] = bell.at(0) * centre[x];
    for (int d = 1; d <= bell.radius; ++d) {
      const float weight = bell.at(d);
      const float* above = row(y - d);
      const float* below = row(y + d);
      for (int x = 0; x < s.w; ++x) out[x] += weight * (above[x] + below[x]);
    }
  }
}

/// A Gaussian, its ends replicated.
void apply(AugmentValues v, Rng& rng, Pixels& pixels) {
  const Shape s = pixels.shape;
  const float side = std::sqrt(static_cast<float>(s.w) * static_cast<float>(s.h));
  Bell bell(rng.uniform(0.2F * v[0], v[0]) * side / 100);
  pixels.work.resize(pixels.area() + static_cast<std::size_t>(s.w + 2 * kMaxRadius));
  float* rows = pixels.work.data();
  float* padded = rows + pixels.area();
  for (int c = 0; c < s.c; ++c) {
    blur_rows(bell, pixels.plane(c), s, padded, rows);
    blur_columns(bell, rows, s, pixels.plane(c));
  }
}

}  // namespace

Augmentation blur() { return {.name = "blur", .ranges = kRanges, .effect = apply, .calm = Calm::off, .unit = " px"}; }

}  // namespace fpcpu::augments
