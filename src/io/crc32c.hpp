#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace fpcpu {

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), the checksum of TFRecord files. RFC 3720, appendix B.4.
[[nodiscard]] constexpr std::uint32_t crc32c(std::string_view bytes) noexcept {
  constexpr auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
      table[i] = value;
    }
    return table;
  }();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) crc = (crc >> 8U) ^ kTable[(crc ^ static_cast<std::uint8_t>(c)) & 0xFFU];
  return ~crc;
}

}  // namespace fpcpu
