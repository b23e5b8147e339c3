// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

namespace fpcpu::image_gate {

/// A Huffman table of a JPEG: finds the code at the front of a bit stream.
class HuffmanTable {
 public:
  struct Code {
    std::uint8_t length = 0;  // 0: no code of the table
    std::uint8_t symbol = 0;
  };

  /// False if the numbers of codes per length (1 to 16) do not make a prefix code without the code of all ones, or if
  /// there are more values than numbers.
  [[nodiscard]] bool build(std::span<const std::uint8_t, 16> counts, std::span<const std::uint8_t> values);

  /// @param front  the next bits of the stream, in the highest bits; at least 16 of them
  [[nodiscard]] Code find(std::uint64_t front) const {
    const Code code = short_codes_[front >> (64U - kShort)];
    return code.length != 0 ? code : find_long(front);
  }

  /// The same of codes no longer than kShort; length 0 for others.
  [[nodiscard]] Code find_short(std::uint64_t front) const { return short_codes_[front >> (64U - kShort)]; }

  [[nodiscard]] std::uint8_t largest_symbol() const { return largest_symbol_; }

  static constexpr unsigned kShort = 10;

 private:
  [[nodiscard]] Code find_long(std::uint64_t front) const;

  std::array<Code, 1U << kShort> short_codes_{};
  std::array<std::uint32_t, 17> end_{};    // first code beyond each length, shifted to 16 bits
  std::array<std::int32_t, 17> offset_{};  // code of a length + offset = position in values_
  std::array<std::uint8_t, 256> values_{};
  std::uint8_t largest_symbol_ = 0;
};

/// What the bits at the front of a block's AC coefficients mean, several codes at a time.
class AcSteps {
 public:
  struct Step {
    std::uint8_t bits = 0;     // 0: ask the table
    std::uint8_t advance = 0;  // coefficients
    std::uint8_t end = 0;      // 1: the block ends
  };
  explicit AcSteps(const HuffmanTable& table);
  [[nodiscard]] Step at(std::uint64_t front) const { return steps_[front >> (64U - kPeek)]; }

  static constexpr unsigned kPeek = 11;

 private:
  std::array<Step, 1U << kPeek> steps_{};
};

}  // namespace fpcpu::image_gate
