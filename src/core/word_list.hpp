// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fpcpu {

/// "a, b or c", with `last` between the last two.
template <class Words>
[[nodiscard]] std::string word_list(const Words& words, std::string_view last) {
  std::string text;
  std::size_t left = std::size(words);
  for (const auto& word : words) {
    text += word;
    if (--left > 1) text += ", ";
    if (left == 1) text.append(" ").append(last).append(" ");
  }
  return text;
}

}  // namespace fpcpu
