// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace fpcpu {

/// Shape of one sample: height, width, channels. Storage order is H, W, C with channels innermost; the batch
/// dimension N belongs to the plan. A flat vector of F numbers is {1, 1, F}.
struct Shape {
  int h = 0;
  int w = 0;
  int c = 0;

  [[nodiscard]] constexpr std::size_t size() const noexcept {
    return static_cast<std::size_t>(h) * static_cast<std::size_t>(w) * static_cast<std::size_t>(c);
  }
  friend constexpr bool operator==(const Shape&, const Shape&) = default;
};

/// Size in px that a network's input shall have. One number means a square; 0 leaves it to the network.
struct InputSize {
  int width = 0;
  int height = 0;

  constexpr InputSize() noexcept = default;
  constexpr InputSize(int side) noexcept : width(side), height(side) {}
  constexpr InputSize(int wanted_width, int wanted_height) noexcept : width(wanted_width), height(wanted_height) {}

  [[nodiscard]] constexpr bool is_set() const noexcept { return width > 0; }
  friend constexpr bool operator==(const InputSize&, const InputSize&) = default;
};

/// "96" or, width first, "96x112"; the inverse of what `--input-size` reads.
[[nodiscard]] inline std::string to_string(const InputSize& s) {
  return s.width == s.height ? std::to_string(s.width) : std::to_string(s.width) + "x" + std::to_string(s.height);
}

/// "100x100x3"
[[nodiscard]] inline std::string to_string(const Shape& s) {
  return std::to_string(s.h) + "x" + std::to_string(s.w) + "x" + std::to_string(s.c);
}

}  // namespace fpcpu
