// SPDX-License-Identifier: MIT
#include "core/data_type.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace fpcpu {

const char* to_string(DataType type) noexcept {
  switch (type) {
    case DataType::fp64:
      return "fp64";
    case DataType::fp32:
      return "fp32";
    case DataType::bf16:
      return "bf16";
    case DataType::fp16:
      return "fp16";
    case DataType::int8:
      return "int8";
  }
  return "";
}

float to_float(Bf16 value) noexcept { return std::bit_cast<float>(std::uint32_t{value.bits} << 16U); }

Bf16 to_bf16(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return {static_cast<std::uint16_t>(bits >> 16U | 0x40U)};
  return {static_cast<std::uint16_t>((bits + 0x7FFFU + (bits >> 16U & 1U)) >> 16U)};
}

// binary16 has 10 bits behind the point, exponents from -14 to 15, and multiples of 2^-24 below the smallest.
float to_float(Fp16 value) noexcept {
  const int exponent = value.bits >> 10U & 0x1FU;
  const int fraction = value.bits & 0x3FFU;
  float magnitude = 0.0F;
  if (exponent == 0) {
    magnitude = std::ldexp(static_cast<float>(fraction), -24);
  } else if (exponent < 31) {
    magnitude = std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  } else {
    magnitude = fraction == 0 ? HUGE_VALF : NAN;
  }
  return (value.bits & 0x8000U) != 0 ? -magnitude : magnitude;
}

Fp16 to_fp16(float value) noexcept {
  const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000U : 0U);
  const float magnitude = std::abs(value);
  if (std::isnan(value)) return {static_cast<std::uint16_t>(sign | 0x7E00U)};
  if (magnitude >= 65520.0F) return {static_cast<std::uint16_t>(sign | 0x7C00U)};  // nearer to 2^16 than to 65504
  // In units of the last place; rounding up to the next exponent carries into its bits by itself.
  const int exponent = magnitude == 0.0F ? -14 : std::max(std::ilogb(magnitude), -14);
  const auto units = static_cast<int>(std::nearbyint(std::ldexp(magnitude, 10 - exponent)));
  return {static_cast<std::uint16_t>(sign | (units + 1024 * (exponent + 14)))};
}

std::int8_t to_int8(float value, float scale) noexcept {
  const float steps = std::nearbyint(value / scale);
  return std::isnan(steps) ? std::int8_t{0} : static_cast<std::int8_t>(std::clamp(steps, -127.0F, 127.0F));
}

double value_at(const StoredView& tensor, std::size_t i) noexcept {
  switch (tensor.storage.type) {
    case DataType::fp64:
      return tensor.as<double>()[i];
    case DataType::fp32:
      return tensor.as<float>()[i];
    case DataType::bf16:
      return to_float(tensor.as<Bf16>()[i]);
    case DataType::fp16:
      return to_float(tensor.as<Fp16>()[i]);
    case DataType::int8:
      return static_cast<double>(tensor.storage.scale) * tensor.as<std::int8_t>()[i];
  }
  return 0.0;
}

void convert(const StoredView& from, const StoredTarget& to, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    const double value = value_at(from, i);
    switch (to.storage.type) {
      case DataType::fp64:
        static_cast<double*>(to.data)[i] = value;
        break;
      case DataType::fp32:
        static_cast<float*>(to.data)[i] = static_cast<float>(value);
        break;
      case DataType::bf16:
        static_cast<Bf16*>(to.data)[i] = to_bf16(static_cast<float>(value));
        break;
      case DataType::fp16:
        static_cast<Fp16*>(to.data)[i] = to_fp16(static_cast<float>(value));
        break;
      case DataType::int8:
        static_cast<std::int8_t*>(to.data)[i] = to_int8(static_cast<float>(value), to.storage.scale);
        break;
    }
  }
}

}  // namespace fpcpu
