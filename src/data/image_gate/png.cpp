// SPDX-License-Identifier: MIT
#include "data/image_gate/png.hpp"

#include <limits>

#include "data/image_gate/exif.hpp"

namespace fpcpu::image_gate {

namespace {

constexpr std::uint64_t kFirstChunk = 8;  // after the signature
constexpr std::uint32_t kMaxExifBytes = 64U << 10U;

/// Orientation of the eXIf chunk, which may stand before or after the pixels. A file that ends before IEND is left to
/// the decoder.
int png_orientation(const ReadAt& read) {
  for (std::uint64_t at = kFirstChunk;;) {
    const std::string head = read(at, 8);
    if (head.size() < 8 || head.substr(4) == "IEND") return 1;
    const std::uint32_t length = number_at(head, 0, 4);
    if (head.substr(4) == "eXIf" && length <= kMaxExifBytes) return exif_orientation(read(at + 8, length));
    at += 12 + std::uint64_t{length};
  }
}

}  // namespace

Header read_png_header(const ReadAt& read, const std::string& name) {
  const std::string head = read(kFirstChunk, 8 + 13);
  if (head.size() < 8 + 13) refuse(name, "the PNG is cut short within its header. Copy the file again.");
  if (number_at(head, 0, 4) != 13 || head.substr(4, 4) != "IHDR") {
    refuse(name, "damaged PNG: it does not begin with its header (IHDR).");
  }
  const std::uint32_t width = number_at(head, 8, 4);
  const std::uint32_t height = number_at(head, 12, 4);
  constexpr std::uint32_t kMost = std::numeric_limits<std::int32_t>::max();
  if (width == 0 || height == 0 || width > kMost || height > kMost) {
    refuse(name, "its header says " + std::to_string(width) + "x" + std::to_string(height) + " pixels.");
  }
  const std::uint32_t colour = number_at(head, 17, 1);
  return {Kind::png, static_cast<int>(width), static_cast<int>(height), colour == 0 || colour == 4 ? 1 : 3,
          png_orientation(read)};
}

}  // namespace fpcpu::image_gate
