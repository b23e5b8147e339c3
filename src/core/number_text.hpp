// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <string>

namespace fpcpu {

/// The shortest text that is read back as exactly this number, whatever the locale.
template <class Number>
[[nodiscard]] std::string exact_text(Number value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

/// The same as a cell of a table: empty for a NaN.
template <std::floating_point Number>
[[nodiscard]] std::string exact_cell(Number value) {
  return std::isnan(value) ? std::string() : exact_text(value);
}

}  // namespace fpcpu
