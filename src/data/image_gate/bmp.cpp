// SPDX-License-Identifier: MIT
#include "data/image_gate/bmp.hpp"

#include <algorithm>
#include <limits>

#include "data/image_gate/header.hpp"

namespace fpcpu::image_gate {

namespace {

constexpr std::uint64_t kFileHeader = 14;
constexpr std::uint32_t kOldHeader = 12;  // of OS/2: sizes of 16 bits, palette of 3 bytes
constexpr std::size_t kMasksAt = 54;      // behind a header of 40 bytes or inside a longer one
constexpr std::uint32_t kPlain = 0;
constexpr std::uint32_t kMasked = 3;
constexpr std::uint32_t kMaskedWithAlpha = 6;

[[noreturn]] void refuse_compression(std::uint32_t compression, const std::string& name) {
  if (compression == 1 || compression == 2) refuse(name, "is a run-length encoded BMP; convert it to PNG.");
  if (compression == 4 || compression == 5) {
    refuse(name, std::string("is a BMP around a ") + (compression == 4 ? "JPEG" : "PNG") + "; convert it.");
  }
  refuse(name, "is a BMP of unknown compression " + std::to_string(compression) + "; convert it to PNG.");
}

void read_masks(BmpHeader& header, std::uint32_t compression, const ReadAt& read, const std::string& name) {
  if (compression == kPlain) {
    header.masks = header.bits == 16 ? std::array<std::uint32_t, 3>{0x7C00, 0x3E0, 0x1F}
                                     : std::array<std::uint32_t, 3>{0xFF0000, 0xFF00, 0xFF};
    return;
  }
  if (header.bits != 16 && header.bits != 32) refuse(name, "damaged BMP: colour masks without 16 or 32 bits a pixel.");
  const std::string masks = read(kMasksAt, 12);
  if (masks.size() < 12) refuse(name, "the BMP is cut short within its header. Copy the file again.");
  for (std::size_t i = 0; i < 3; ++i) {
    header.masks[i] = number_at(masks, 4 * i, 4, ByteOrder::little);
    const std::uint32_t mask = header.masks[i];
    const std::uint32_t lowest = mask & (~mask + 1);
    const bool one_run = mask != 0 && (mask & (mask + lowest)) == 0;
    if (!one_run) refuse(name, "damaged BMP: a colour mask makes no sense.");
  }
}

/// Old programs write fewer colours than the bits could count and do not say how many: what stands before the pixels
/// is the palette.
void find_palette(BmpHeader& header, std::uint32_t header_bytes, std::uint64_t said, const std::string& name) {
  header.palette_at = kFileHeader + header_bytes;
  const std::uint64_t room = (header.pixels_at - header.palette_at) / header.colour_bytes;
  const std::uint64_t most = std::uint64_t{1} << static_cast<unsigned>(header.bits);
  if (said > most) refuse(name, "damaged BMP: " + std::to_string(said) + " colours in a palette.");
  header.colours = std::min(said == 0 ? most : said, room);
}

void check_rows(const BmpHeader& header, const ReadAt& read, const std::string& name) {
  // The fill bytes of the last row may be missing.
  const std::uint64_t last_row =
      (static_cast<std::uint64_t>(header.width) * static_cast<std::uint64_t>(header.bits) + 7) / 8;
  const std::uint64_t end =
      header.pixels_at + header.row_bytes * (static_cast<std::uint64_t>(header.height) - 1) + last_row;
  if (read(end - 1, 1).empty())
    refuse(name, "the BMP is cut short: its pixels do not fit the file. Copy the file again.");
}

void set_size(BmpHeader& header, std::uint32_t width, std::uint32_t height, const std::string& name) {
  constexpr std::uint32_t kMost = std::numeric_limits<std::int32_t>::max();
  header.top_down = height > kMost;
  const std::uint32_t rows = header.top_down ? ~height + 1 : height;
  if (width == 0 || rows == 0 || width > kMost || rows > kMost) {
    refuse(name, "its header says " + std::to_string(width) + "x" + std::to_string(rows) + " pixels.");
  }
  header.width = static_cast<int>(width);
  header.height = static_cast<int>(rows);
}

}  // namespace

BmpHeader read_bmp_header(const ReadAt& read, const std::string& name) {
  const std::string head = read(0, kMasksAt);
  const auto number = [&](std::size_t at, std::size_t width) { return number_at(head, at, width, ByteOrder::little); };
  const std::uint32_t header_bytes = head.size() < 18 ? 0 : number(14, 4);
  const bool old = header_bytes == kOldHeader;
  if (head.size() < (old ? kFileHeader + kOldHeader : kMasksAt)) {
    refuse(name, "the BMP is cut short within its header. Copy the file again.");
  }
  BmpHeader header;
  header.pixels_at = number(10, 4);
  header.colour_bytes = old ? 3 : 4;
  if (old) {
    set_size(header, number(18, 2), number(20, 2), name);
  } else {
    set_size(header, number(18, 4), number(22, 4), name);
  }
  const std::uint32_t planes = number(old ? 22 : 26, 2);
  header.bits = static_cast<int>(number(old ? 24 : 28, 2));
  const std::uint32_t compression = old ? kPlain : number(30, 4);
  if (compression != kPlain && compression != kMasked && compression != kMaskedWithAlpha) {
    refuse_compression(compression, name);
  }
  static constexpr std::array kBits = {1, 4, 8, 16, 24, 32};
  if (planes != 1 || std::find(kBits.begin(), kBits.end(), header.bits) == kBits.end()) {
    refuse(name, "is a BMP of " + std::to_string(header.bits) + " bits a pixel in " + std::to_string(planes) +
                     " planes; convert it to PNG.");
  }
  if (header.pixels_at < kFileHeader + header_bytes) refuse(name, "damaged BMP: its pixels begin inside its header.");
  header.row_bytes = (static_cast<std::uint64_t>(header.width) * static_cast<std::uint64_t>(header.bits) + 31) / 32 * 4;
  if (header.bits <= 8) {
    find_palette(header, header_bytes, old ? 0 : number(46, 4), name);
  } else {
    read_masks(header, compression, read, name);
  }
  check_rows(header, read, name);
  return header;
}

}  // namespace fpcpu::image_gate
