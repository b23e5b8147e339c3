#include <array>
#include <cmath>
#include <numbers>

#include "data/augments/pixel_augment.hpp"

namespace fpcpu {

namespace {

using Matrix = std::array<float, 9>;

constexpr std::array<float, 3> kLuma = {0.299F, 0.587F, 0.114F};

Matrix multiply(const Matrix& a, const Matrix& b) {
  Matrix m{};
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 3; ++c)
      m[3 * r + c] = a[3 * r] * b[c] + a[3 * r + 1] * b[3 + c] + a[3 * r + 2] * b[6 + c];
  }
  return m;
}

/// saturation 1 leaves the colours alone, 0 leaves luma only.
Matrix saturation_matrix(float s) {
  Matrix m{};
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 3; ++c) m[3 * r + c] = (1 - s) * kLuma[c] + (r == c ? s : 0.0F);
  }
  return m;
}

/// Rotation of RGB space about the gray diagonal: hue turns, gray stays gray.
Matrix hue_matrix(float turns) {
  const float angle = 2 * std::numbers::pi_v<float> * turns;
  const float c = std::cos(angle);
  const float third = (1 - c) / 3;
  const float s = std::sin(angle) / std::numbers::sqrt3_v<float>;
  return {c + third, third - s, third + s, third + s, c + third, third - s, third - s, third + s, c + third};
}

}  // namespace

void augment_colour(const AugmentOptions& o, Rng& rng, Pixels pixels, AugmentScratch&) {
  const float contrast = o.contrast > 0 ? rng.uniform(1 - o.contrast, 1 + o.contrast) : 1.0F;
  const float brightness = o.brightness > 0 ? 255 * rng.uniform(-o.brightness, o.brightness) : 0.0F;
  const bool gray = o.gray > 0 && rng.chance(o.gray);
  const float saturation = o.saturation > 0 ? rng.uniform(1 - o.saturation, 1 + o.saturation) : 1.0F;
  const float hue = o.hue > 0 ? rng.uniform(-o.hue, o.hue) : 0.0F;
  if (contrast == 1 && brightness == 0 && saturation == 1 && hue == 0 && !gray) return;

  float pivot = 0;
  for (const float v : pixels.all()) pivot += v;
  pivot /= static_cast<float>(pixels.shape.size());
  const float offset = brightness + (1 - contrast) * pivot;
  if (pixels.shape.c == 1) {
    for (float& v : pixels.all()) v = v * contrast + offset;
    return;
  }
  Matrix m = multiply(saturation_matrix(gray ? 0.0F : saturation), hue_matrix(hue));
  for (float& v : m) v *= contrast;
  float* p = pixels.data;
  for (std::size_t i = 0; i < pixels.shape.size(); i += 3, p += 3) {
    const float r = p[0];
    const float g = p[1];
    const float b = p[2];
    p[0] = m[0] * r + m[1] * g + m[2] * b + offset;
    p[1] = m[3] * r + m[4] * g + m[5] * b + offset;
    p[2] = m[6] * r + m[7] * g + m[8] * b + offset;
  }
}

}  // namespace fpcpu
