// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace fpcpu {

/// Whether `text` is what `pattern` says, in which "*" stands for any letters, none included.
[[nodiscard]] constexpr bool fits(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last "*", which may take more letters
  std::size_t taken = 0;                      // of the text, up to where its letters end
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace fpcpu
