// SPDX-License-Identifier: MIT
#pragma once

#include "data/augments/pixels.hpp"

namespace fpcpu {

/// One change of all colours: saturation and hue, then v * gain + offset.
struct Recolouring {
  std::span<const float> before;  // all values of the picture
  float gain = 1;
  float offset = 0;
  float saturation = 1;  // 0 leaves gray
  float turn = 0;        // of hue, parts of a full circle
};

[[nodiscard]] float mean_of(std::span<const float> values) noexcept;

void recolour(const Recolouring& change, const Pixels& pixels) noexcept;

}  // namespace fpcpu
