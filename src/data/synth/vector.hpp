// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace fpcpu::synth {

/// A position in millimetres (x right, y down, z towards the viewer) or a linear RGB colour.
struct Vec3 {
  float x = 0;
  float y = 0;
  float z = 0;

  friend Vec3 operator+(Vec3 a, Vec3 b) noexcept { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend Vec3 operator-(Vec3 a, Vec3 b) noexcept { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend Vec3 operator*(Vec3 a, float s) noexcept { return {a.x * s, a.y * s, a.z * s}; }
  friend Vec3 operator*(Vec3 a, Vec3 b) noexcept { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
};

[[nodiscard]] inline float dot(Vec3 a, Vec3 b) noexcept { return a.x * b.x + a.y * b.y + a.z * b.z; }
[[nodiscard]] inline Vec3 cross(Vec3 a, Vec3 b) noexcept {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
[[nodiscard]] inline Vec3 unit(Vec3 a) noexcept { return a * (1.0F / std::sqrt(dot(a, a) + 1e-12F)); }
[[nodiscard]] inline float mix(float a, float b, float t) noexcept { return a + (b - a) * t; }
[[nodiscard]] inline Vec3 mix(Vec3 a, Vec3 b, float t) noexcept { return a + (b - a) * t; }
[[nodiscard]] inline float saturate(float v) noexcept { return std::clamp(v, 0.0F, 1.0F); }

/// 0 below a, 1 above b, smooth between; falls when a > b.
[[nodiscard]] inline float smooth_step(float a, float b, float v) noexcept {
  const float t = saturate((v - a) / (b - a));
  return t * t * (3 - 2 * t);
}

/// A smooth hill: 1 in the middle, 0 from radius 1 on. Cheaper than a Gaussian and zero outside.
[[nodiscard]] inline float hill(float dx, float dy) noexcept {
  const float r = 1 - dx * dx - dy * dy;
  return r > 0 ? r * r : 0.0F;
}

/// 8-bit sRGB to linear, with exponent 2: the square root on the way back is exact and cheap.
[[nodiscard]] inline Vec3 srgb(float r, float g, float b) noexcept {
  return {r * r / 65025.0F, g * g / 65025.0F, b * b / 65025.0F};
}

/// Value noise in [-1,1] with one cell per unit.
[[nodiscard]] inline float noise(float x, float y, std::uint32_t seed) noexcept {
  const float fx = std::floor(x);
  const float fy = std::floor(y);
  const auto corner = [seed](std::int32_t i, std::int32_t j) {
    std::uint32_t h = static_cast<std::uint32_t>(i) * 0x9E3779B1U ^ static_cast<std::uint32_t>(j) * 0x85EBCA77U ^ seed;
    h = (h ^ (h >> 15U)) * 0x2C1B3C6DU;
    h = (h ^ (h >> 12U)) * 0x297A2D39U;
    return static_cast<float>(static_cast<std::int32_t>(h ^ (h >> 15U))) * 0x1p-31F;
  };
  const auto i = static_cast<std::int32_t>(fx);
  const auto j = static_cast<std::int32_t>(fy);
  const float u = x - fx;
  const float v = y - fy;
  const float a = u * u * (3 - 2 * u);
  const float b = v * v * (3 - 2 * v);
  return mix(mix(corner(i, j), corner(i + 1, j), a), mix(corner(i, j + 1), corner(i + 1, j + 1), a), b);
}

}  // namespace fpcpu::synth
