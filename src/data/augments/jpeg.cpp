// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>

#include "data/augments/augmentation.hpp"
#include "data/augments/pixels.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {
    {.name = "jpeg-chance", .value = "CHANCE", .help = "chance of JPEG artefacts", .full = 0.3F, .is_chance = true},
    {.name = "jpeg-low",
     .value = "Q",
     .help = "lowest JPEG quality",
     .limit = 100,
     .none = 40,
     .basic = 40,
     .full = 40},
    {.name = "jpeg-high",
     .value = "Q",
     .help = "highest JPEG quality",
     .limit = 100,
     .none = 95,
     .basic = 95,
     .full = 95}};
constexpr std::size_t kLow = 1;
constexpr std::size_t kHigh = 2;

constexpr int kSide = 8;
constexpr int kMacroblock = 2 * kSide;  // luma pixels per side that share one block of each chroma plane

using Block = float[kSide][kSide];
using Table = std::array<float, kSide * kSide>;

// Steps at quality 50 (ITU-T T.81, annex K.1).
constexpr std::array<int, kSide* kSide> kLumaSteps = {
    16, 11,  10,  16, 24, 40, 51, 61, 12,  12,  14,  19,  26, 58, 60, 55,  14,  13,  16,  24, 40, 57,
    69, 56,  14,  17, 22, 29, 51, 87, 80,  62,  18,  22,  37, 56, 68, 109, 103, 77,  24,  35, 55, 64,
    81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98,  112, 100, 103, 99};
constexpr std::array<int, kSide* kSide> kChromaSteps = {17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99,
                                                        24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
                                                        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
                                                        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};

/// The steps of a quality 1..100, scaled as the Independent JPEG Group's library does; columns first, because blocks
/// are quantised transposed.
Table steps_of(const std::array<int, kSide * kSide>& base, float quality) {
  const float percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  Table steps{};
  for (std::size_t r = 0; r < kSide; ++r) {
    for (std::size_t c = 0; c < kSide; ++c) {
      const float scaled = std::floor((static_cast<float>(base[r * kSide + c]) * percent + 50) / 100);
      steps[c * kSide + r] = std::clamp(scaled, 1.0F, 255.0F);
    }
  }
  return steps;
}

// cos(k pi / 16) / 2, with which the transform is orthonormal.
constexpr float kC1 = 0.490392640F;
constexpr float kC2 = 0.461939766F;
constexpr float kC3 = 0.415734806F;
constexpr float kC4 = 0.353553391F;
constexpr float kC5 = 0.277785117F;
constexpr float kC6 = 0.191341716F;
constexpr float kC7 = 0.097545161F;

/// Cosine transform of every column. Even and odd coefficients come from sums and differences of mirrored values.
void forward_columns(Block& v) noexcept {
  for (int j = 0; j < kSide; ++j) {
    const float s0 = v[0][j] + v[7][j], d0 = v[0][j] - v[7][j];
    const float s1 = v[1][j] + v[6][j], d1 = v[1][j] - v[6][j];
    const float s2 = v[2][j] + v[5][j], d2 = v[2][j] - v[5][j];
    const float s3 = v[3][j] + v[4][j], d3 = v[3][j] - v[4][j];
    const float t0 = s0 + s3, t1 = s1 + s2, t2 = s0 - s3, t3 = s1 - s2;
    v[0][j] = kC4 * (t0 + t1);
    v[4][j] = kC4 * (t0 - t1);
    v[2][j] = kC2 * t2 + kC6 * t3;
    v[6][j] = kC6 * t2 - kC2 * t3;
    v[1][j] = kC1 * d0 + kC3 * d1 + kC5 * d2 + kC7 * d3;
    v[3][j] = kC3 * d0 - kC7 * d1 - kC1 * d2 - kC5 * d3;
    v[5][j] = kC5 * d0 - kC1 * d1 + kC7 * d2 + kC3 * d3;
    v[7][j] = kC7 * d0 - kC5 * d1 + kC3 * d2 - kC1 * d3;
  }
}

/// The inverse, which is the transposed matrix.
void inverse_columns(Block& v) noexcept {
  for (int j = 0; j < kSide; ++j) {
    const float a = kC4 * (v[0][j] + v[4][j]), b = kC4 * (v[0][j] - v[4][j]);
    const float c = kC2 * v[2][j] + kC6 * v[6][j], d = kC6 * v[2][j] - kC2 * v[6][j];
    const float e0 = a + c, e1 = b + d, e2 = b - d, e3 = a - c;
    const float x1 = v[1][j], x3 = v[3][j], x5 = v[5][j], x7 = v[7][j];
    const float o0 = kC1 * x1 + kC3 * x3 + kC5 * x5 + kC7 * x7;
    const float o1 = kC3 * x1 - kC7 * x3 - kC1 * x5 - kC5 * x7;
    const float o2 = kC5 * x1 - kC1 * x3 + kC7 * x5 + kC3 * x7;
    const float o3 = kC7 * x1 - kC5 * x3 + kC3 * x5 - kC1 * x7;
    v[0][j] = e0 + o0;
    v[7][j] = e0 - o0;
    v[1][j] = e1 + o1;
    v[6][j] = e1 - o1;
    v[2][j] = e2 + o2;
    v[5][j] = e2 - o2;
    v[3][j] = e3 + o3;
    v[4][j] = e3 - o3;
  }
}

void transpose(const Block& from, Block& to) noexcept {
  for (int r = 0; r < kSide; ++r) {
    for (int c = 0; c < kSide; ++c) to[c][r] = from[r][c];
  }
}

/// Rounds to whole steps. Adding and taking away 1.5 * 2^23 rounds to the nearest whole number in vector code of any
/// instruction set; calls of std::round would be one call per value.
void quantise(Block& v, const Table& steps, const Table& inverse_steps) noexcept {
  constexpr float kRounder = 12582912.0F;
  float* p = &v[0][0];
  for (std::size_t i = 0; i < kSide * kSide; ++i) {
    p[i] = (p[i] * inverse_steps[i] + kRounder - kRounder) * steps[i];
  }
}

/// Codes and decodes a plane whose sides are multiples of 8.
void code_plane(float* plane, int width, int height, const Table& steps) noexcept {
  Table inverse_steps{};
  for (std::size_t i = 0; i < steps.size(); ++i) inverse_steps[i] = 1 / steps[i];
  for (int y = 0; y < height; y += kSide) {
    for (int x = 0; x < width; x += kSide) {
      float* corner = plane + static_cast<std::ptrdiff_t>(y) * width + x;
      Block a;
      Block b;
      for (int r = 0; r < kSide; ++r) {
        for (int c = 0; c < kSide; ++c) a[r][c] = corner[r * width + c] - 128;
      }
      forward_columns(a);
      transpose(a, b);
      forward_columns(b);
      quantise(b, steps, inverse_steps);
      inverse_columns(b);
      transpose(b, a);
      inverse_columns(a);
      for (int r = 0; r < kSide; ++r) {
        for (int c = 0; c < kSide; ++c) corner[r * width + c] = a[r][c] + 128;
      }
    }
  }
}

float to_byte_range(float v) noexcept {
  v = v < 0.0F ? 0.0F : v;
  return v > 255.0F ? 255.0F : v;
}

void extend(float* row, int from, int to) noexcept { std::fill(row + from, row + to, row[from - 1]); }

int round_up(int value, int multiple) noexcept { return (value + multiple - 1) / multiple * multiple; }

/// The picture as its file holds it, borders replicated to whole macroblocks.
struct Planes {
  int width;   // of luma; chroma has half
  int height;  // of luma
  float* luma;
  std::array<float*, 2> chroma;      // blue, red
  std::array<float*, 2> chroma_row;  // one row at full width

  Planes(Shape s, std::vector<float>& memory)
      : width(round_up(s.w, kMacroblock)), height(round_up(s.h, kMacroblock)), luma(nullptr), chroma{}, chroma_row{} {
    const std::size_t area = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    memory.resize(area + area / 2 + 2 * static_cast<std::size_t>(width));
    luma = memory.data();
    chroma = {luma + area, luma + area + area / 4};
    chroma_row = {luma + area + area / 2, luma + area + area / 2 + width};
  }

  [[nodiscard]] float* luma_row(int y) const noexcept { return luma + static_cast<std::ptrdiff_t>(y) * width; }
  [[nodiscard]] float* half_row(std::size_t which, int y) const noexcept {
    return chroma[which] + static_cast<std::ptrdiff_t>(y / 2) * (width / 2);
  }
};

void split_gray(const Pixels& pixels, const Planes& to) {
  const Shape s = pixels.shape;
  for (int y = 0; y < to.height; ++y) {
    const float* from = pixels.data + static_cast<std::ptrdiff_t>(std::min(y, s.h - 1)) * s.w;
    float* luma = to.luma_row(y);
    for (int x = 0; x < s.w; ++x) luma[x] = to_byte_range(from[x]);
    extend(luma, s.w, to.width);
  }
}

/// RGB -> YCbCr of JFIF; chroma averaged over 2x2 pixels.
void split_colour(const Pixels& pixels, const Planes& to) {
  const Shape s = pixels.shape;
  for (int y = 0; y < to.height; ++y) {
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(std::min(y, s.h - 1)) * s.w;
    const float* red = pixels.plane(0) + at;
    const float* green = pixels.plane(1) + at;
    const float* blue = pixels.plane(2) + at;
    float* luma = to.luma_row(y);
    float* cb = to.chroma_row[0];
    float* cr = to.chroma_row[1];
    for (int x = 0; x < s.w; ++x) {
      const float r = to_byte_range(red[x]);
      const float g = to_byte_range(green[x]);
      const float b = to_byte_range(blue[x]);
      luma[x] = 0.299F * r + 0.587F * g + 0.114F * b;
      cb[x] = 128 - 0.168736F * r - 0.331264F * g + 0.5F * b;
      cr[x] = 128 + 0.5F * r - 0.418688F * g - 0.081312F * b;
    }
    extend(luma, s.w, to.width);
    for (std::size_t which = 0; which < 2; ++which) {
      const float* full = to.chroma_row[which];
      extend(to.chroma_row[which], s.w, to.width);
      float* half = to.half_row(which, y);
      for (int x = 0; x < to.width / 2; ++x) {
        const float sum = 0.25F * (full[2 * x] + full[2 * x + 1]);
        half[x] = y % 2 == 0 ? sum : half[x] + sum;
      }
    }
  }
}

void join_colour(const Planes& from, const Pixels& pixels) {
  const Shape s = pixels.shape;
  for (int y = 0; y < s.h; ++y) {
    for (std::size_t which = 0; which < 2; ++which) {
      const float* half = from.half_row(which, y);
      float* full = from.chroma_row[which];
      for (int x = 0; x < from.width / 2; ++x) full[2 * x] = full[2 * x + 1] = half[x] - 128;
    }
    const float* luma = from.luma_row(y);
    const float* cb = from.chroma_row[0];
    const float* cr = from.chroma_row[1];
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(y) * s.w;
    float* red = pixels.plane(0) + at;
    float* green = pixels.plane(1) + at;
    float* blue = pixels.plane(2) + at;
    for (int x = 0; x < s.w; ++x) {
      red[x] = luma[x] + 1.402F * cr[x];
      green[x] = luma[x] - 0.344136F * cb[x] - 0.714136F * cr[x];
      blue[x] = luma[x] + 1.772F * cb[x];
    }
  }
}

/// What a JPEG file of this quality does to the picture: YCbCr with chroma at half size, 8x8 cosine transforms rounded
/// to the file's steps, and back. The lossless part of the format is left out.
void apply(AugmentValues v, Rng& rng, Pixels& pixels) {
  const float quality = rng.uniform(v[kLow], v[kHigh]);
  const Planes planes(pixels.shape, pixels.work);
  const bool colour = pixels.shape.c == 3;
  if (colour) {
    split_colour(pixels, planes);
  } else {
    split_gray(pixels, planes);
  }
  code_plane(planes.luma, planes.width, planes.height, steps_of(kLumaSteps, quality));
  if (!colour) {
    for (int y = 0; y < pixels.shape.h; ++y) {
      std::copy_n(planes.luma_row(y), pixels.shape.w, pixels.data + static_cast<std::ptrdiff_t>(y) * pixels.shape.w);
    }
    return;
  }
  const Table steps = steps_of(kChromaSteps, quality);
  for (float* chroma : planes.chroma) code_plane(chroma, planes.width / 2, planes.height / 2, steps);
  join_colour(planes, pixels);
}

void check(AugmentValues v) {
  if (v[kLow] > v[kHigh]) throw Error(ErrorCode::usage, "--aug-jpeg-low must not be above --aug-jpeg-high.");
}

}  // namespace

Augmentation jpeg() {
  return {
      .name = "jpeg", .ranges = kRanges, .effect = apply, .calm = Calm::off, .title = "jpeg quality", .check = check};
}

}  // namespace fpcpu::augments
