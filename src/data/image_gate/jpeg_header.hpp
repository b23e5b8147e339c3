// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/image_gate/read_at.hpp"

namespace fpcpu::image_gate {

struct JpegComponent {
  int id = 0;
  int across = 1;  // blocks of 8x8 in a unit, horizontally
  int down = 1;    // and vertically
  int quantisation = 0;
};

/// The segments of a JPEG before its first scan.
struct JpegHeader {
  bool progressive = false;
  int width = 0;
  int height = 0;
  std::vector<JpegComponent> components;  // 1, 3 or 4
  std::optional<int> adobe_transform;
  bool jfif = false;
  std::optional<int> orientation;  // EXIF; of the first segment that has any
};

/// Marks of segments; the rest of T.81, table B.1, is only told apart.
namespace jpeg_marker {
inline constexpr int kBaseline = 0xC0, kExtended = 0xC1, kProgressive = 0xC2, kHuffman = 0xC4, kArithmetic = 0xCC,
                     kRestart0 = 0xD0, kRestart7 = 0xD7, kStart = 0xD8, kEnd = 0xD9, kScan = 0xDA, kQuantisation = 0xDB,
                     kNumberOfLines = 0xDC, kRestartInterval = 0xDD, kApp0 = 0xE0, kApp1 = 0xE1, kApp14 = 0xEE;
}

/// Where the next marker and its segment are.
struct JpegSegment {
  int marker = 0;
  std::uint64_t at = 0;    // of the content
  std::size_t length = 0;  // of the content
  [[nodiscard]] std::uint64_t end() const { return at + length; }
};

/// The segment whose marker stands at `at`. @throws Error{format} if none does, or if it is not whole.
[[nodiscard]] JpegSegment next_jpeg_segment(const ReadAt& read, std::uint64_t at, const std::string& name);

/// @throws Error{format} for what is damaged, and naming kinds of JPEG that cannot be read (arithmetic-coded, lossless,
/// 12 bits).
[[nodiscard]] JpegHeader read_jpeg_header(const ReadAt& read, const std::string& name);

}  // namespace fpcpu::image_gate
