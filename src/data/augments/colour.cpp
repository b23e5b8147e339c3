// SPDX-License-Identifier: MIT
#include "data/augments/colour.hpp"

#include <array>
#include <cmath>
#include <numbers>

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

/// In independent lanes: a single running sum would wait for each addition, longer than the rest of the colours takes.
float mean_of(std::span<const float> values) noexcept {
  constexpr std::size_t kLanes = 16;
  std::array<float, kLanes> lanes{};
  const std::size_t whole = values.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t j = 0; j < kLanes; ++j) lanes[j] += values[i + j];
  }
  float sum = 0;
  for (const float lane : lanes) sum += lane;
  for (std::size_t i = whole; i < values.size(); ++i) sum += values[i];
  return sum / static_cast<float>(values.size());
}

void recolour(const Recolouring& change, const Pixels& pixels) noexcept {
  const float gain = change.gain;
  const float offset = change.offset;
  if (pixels.shape.c != 3 || (change.saturation == 1 && change.turn == 0)) {
    if (gain == 1 && offset == 0) return;
    for (float& v : pixels.all()) v = v * gain + offset;
    return;
  }
  Matrix m = multiply(saturation_matrix(change.saturation), hue_matrix(change.turn));
  for (float& v : m) v *= gain;
  float* red = pixels.plane(0);
  float* green = pixels.plane(1);
  float* blue = pixels.plane(2);
  for (std::size_t i = 0; i < pixels.area(); ++i) {
    const float r = red[i];
    const float g = green[i];
    const float b = blue[i];
    red[i] = m[0] * r + m[1] * g + m[2] * b + offset;
    green[i] = m[3] * r + m[4] * g + m[5] * b + offset;
    blue[i] = m[6] * r + m[7] * g + m[8] * b + offset;
  }
}

}  // namespace fpcpu
