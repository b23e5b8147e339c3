// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fpcpu {

namespace detail {

/// tables[k][b]: what byte b adds to the remainder when k bytes follow it.
inline constexpr auto kCrc32cTables = [] {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
    tables[0][i] = value;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t before = tables[k - 1][i];
      tables[k][i] = (before >> 8U) ^ tables[0][before & 0xFFU];
    }
  }
  return tables;
}();

}  // namespace detail

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), the checksum of TFRecord files and of the weights in a model
/// file. RFC 3720, appendix B.4; eight bytes at a time as in Kounavis and Berry, ISCC 2005.
[[nodiscard]] constexpr std::uint32_t crc32c(std::string_view bytes) noexcept {
  const auto& tables = detail::kCrc32cTables;
  const auto byte = [](char c) { return static_cast<std::uint32_t>(static_cast<std::uint8_t>(c)); };
  std::uint32_t crc = 0xFFFFFFFFU;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint32_t next = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      next ^= tables[7 - k][((crc >> (8 * k)) & 0xFFU) ^ byte(bytes[i + k])] ^ tables[3 - k][byte(bytes[i + 4 + k])];
    }
    crc = next;
  }
  for (; i < bytes.size(); ++i) crc = (crc >> 8U) ^ tables[0][(crc ^ byte(bytes[i])) & 0xFFU];
  return ~crc;
}

}  // namespace fpcpu
