#pragma once

#include <array>
#include <charconv>
#include <string>

namespace fpcpu {

/// The shortest text that is read back as exactly this number, whatever the locale.
template <class Number>
[[nodiscard]] std::string exact_text(Number value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

}  // namespace fpcpu
