// SPDX-License-Identifier: MIT
#include "data/image_gate/huffman_table.hpp"

#include <algorithm>

namespace fpcpu::image_gate {

bool HuffmanTable::build(std::span<const std::uint8_t, 16> counts, std::span<const std::uint8_t> values) {
  short_codes_.fill({});
  end_.fill(0);
  std::uint32_t code = 0;
  std::size_t used = 0;
  for (unsigned length = 1; length <= 16; ++length) {
    const std::size_t count = counts[length - 1];
    if (count > values.size() - used) return false;
    offset_[length] = static_cast<std::int32_t>(used) - static_cast<std::int32_t>(code);
    if (length <= kShort) {
      const unsigned rest = kShort - length;
      if (((code + count) << rest) > short_codes_.size()) return false;
      for (std::size_t i = 0; i < count; ++i) {
        std::fill_n(short_codes_.begin() + (static_cast<std::ptrdiff_t>(code + i) << rest), std::size_t{1} << rest,
                    Code{static_cast<std::uint8_t>(length), values[used + i]});
      }
    }
    code += static_cast<std::uint32_t>(count);
    used += count;
    if (count > 0 && code >= (1U << length)) return false;
    end_[length] = code << (16U - length);
    code <<= 1U;
  }
  if (used != values.size() || used > values_.size()) return false;
  std::copy(values.begin(), values.end(), values_.begin());
  largest_symbol_ = values.empty() ? std::uint8_t{0} : *std::max_element(values.begin(), values.end());
  return true;
}

HuffmanTable::Code HuffmanTable::find_long(std::uint64_t front) const {
  const auto code = static_cast<std::uint32_t>(front >> 48U);
  for (unsigned length = kShort + 1; length <= 16; ++length) {
    if (code >= end_[length]) continue;
    const std::int32_t at = static_cast<std::int32_t>(code >> (16U - length)) + offset_[length];
    return {static_cast<std::uint8_t>(length), values_[static_cast<std::size_t>(at) & 255U]};
  }
  return {};
}

AcSteps::AcSteps(const HuffmanTable& table) {
  for (std::uint64_t i = 0; i < steps_.size(); ++i) {
    Step& step = steps_[i];
    unsigned bits = 0;
    while (bits < kPeek && step.end == 0) {
      const HuffmanTable::Code code = table.find_short(i << (64U - kPeek + bits));
      // The bits behind the known ones are zeros here: only a code within the known ones is sure.
      if (code.length == 0 || bits + code.length > kPeek) break;
      const unsigned run = code.symbol >> 4U;
      const unsigned size = code.symbol & 15U;
      if (size == 0 && run != 15) {
        step.end = 1;
      } else {
        step.advance = static_cast<std::uint8_t>(step.advance + run + 1);
      }
      bits += code.length + size;
      step.bits = static_cast<std::uint8_t>(bits);
    }
  }
}

}  // namespace fpcpu::image_gate
