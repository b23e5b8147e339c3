// SPDX-License-Identifier: MIT
#pragma once

namespace fpcpu {

inline constexpr int kGlyphWidth = 5;
inline constexpr int kGlyphHeight = 7;

/// Whether this pixel of a character is ink: letters without case, digits, space and . , : - + / % ( ). Any other
/// character is an empty box.
/// @param row, column  from the top left, below kGlyphHeight and kGlyphWidth
[[nodiscard]] bool glyph_pixel(char character, int row, int column) noexcept;

}  // namespace fpcpu
