// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "data/image_gate/read_at.hpp"

namespace fpcpu::image_gate {

/// The header of a BMP that can be read: no compression, 1, 4, 8, 16, 24 or 32 bits a pixel.
struct BmpHeader {
  int width = 0;
  int height = 0;
  bool top_down = false;  // rows stored top to bottom: a negative height in the file
  int bits = 0;           // of a pixel
  std::uint64_t pixels_at = 0;
  std::uint64_t row_bytes = 0;
  std::uint64_t palette_at = 0;  // blue, green, red, and one more byte in colour_bytes 4
  std::uint64_t colours = 0;     // of the palette
  std::uint64_t colour_bytes = 4;
  std::array<std::uint32_t, 3> masks{};  // red, green, blue of 16 and 32 bits
};

/// @throws Error{format} for what is damaged, and naming kinds of BMP that are not read (run-length encoded).
[[nodiscard]] BmpHeader read_bmp_header(const ReadAt& read, const std::string& name);

}  // namespace fpcpu::image_gate
