// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace fpcpu {

/// The nearest value that bfloat16 holds, of two equally near ones that with the even last bit. bfloat16 is the upper
/// half of a float's bits.
[[nodiscard]] inline float rounded_to_bf16(float value) noexcept {
  if (std::isnan(value)) return value;
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return std::bit_cast<float>((bits + 0x7FFFU + (bits >> 16U & 1U)) & 0xFFFF0000U);
}

}  // namespace fpcpu
