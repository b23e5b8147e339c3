// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fpcpu::cli {

/// Columns that UTF-8 text takes in a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks.
/// A byte that is no UTF-8 counts as one column.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// The longest beginning of `text` that fits into `columns`, cut between characters; control characters become spaces,
/// so that the result stays on one line.
[[nodiscard]] std::string fit_to_columns(std::string_view text, std::size_t columns);

/// A text of help in so many columns: paragraphs are filled anew; of an indented line (a command) the comment goes
/// above it, and what is still too long is continued on the next line in a way that works when pasted.
[[nodiscard]] std::string fit_help(std::string_view text, std::size_t columns);

/// [########........]
[[nodiscard]] std::string bar(double part, int width);

}  // namespace fpcpu::cli
