// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fpcpu {

/// Text that a stranger wrote (a name in a file, a cell, a key), safe for a terminal: control characters, those that
/// turn the direction of writing and bytes that are not UTF-8 become \n, \t, \x1b, \u202e. Everything else stays.
[[nodiscard]] std::string printable(std::string_view text);

/// The same for quoting in a message: cut behind `most` characters, which "..." then says.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t most = 60);

/// Length of the UTF-8 character that `text` begins with; 0 if it begins with none.
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;

}  // namespace fpcpu
