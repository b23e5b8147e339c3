// SPDX-License-Identifier: MIT
#include "data/bmp_decode.hpp"

#include <array>
#include <bit>

#include "data/image_gate/header.hpp"
#include "data/luma.hpp"

namespace fpcpu {

namespace {

using image_gate::BmpHeader;

struct BmpColour {
  std::uint8_t red, green, blue;
};

/// The part of a pixel under a mask, as 8 bits: fewer are repeated until they fill them.
std::uint8_t under_mask(std::uint32_t pixel, std::uint32_t mask) {
  const auto bits = static_cast<unsigned>(std::popcount(mask));
  std::uint32_t value = (pixel & mask) >> static_cast<unsigned>(std::countr_zero(mask));
  if (bits > 8) return static_cast<std::uint8_t>(value >> (bits - 8));
  std::uint32_t filled = 0;
  for (unsigned have = 0; have < 8; have += bits) {
    filled |= 8 - have >= bits ? value << (8 - have - bits) : value >> (bits - (8 - have));
  }
  return static_cast<std::uint8_t>(filled);
}

/// The colours of one row.
class BmpRow {
 public:
  BmpRow(const BmpHeader& header, std::span<const std::uint8_t> bytes, const std::string& name)
      : header_(header), bytes_(bytes), name_(name) {}

  void go_to(std::uint64_t row) { row_ = bytes_.subspan(header_.pixels_at + row * header_.row_bytes).data(); }

  [[nodiscard]] BmpColour at(std::size_t x) const {
    switch (header_.bits) {
      case 24:
        return {row_[3 * x + 2], row_[3 * x + 1], row_[3 * x]};
      case 16:
        return masked(row_[2 * x] | std::uint32_t{row_[2 * x + 1]} << 8U);
      case 32:
        return masked(row_[4 * x] | std::uint32_t{row_[4 * x + 1]} << 8U | std::uint32_t{row_[4 * x + 2]} << 16U |
                      std::uint32_t{row_[4 * x + 3]} << 24U);
      default:
        return indexed(x);
    }
  }

 private:
  [[nodiscard]] BmpColour masked(std::uint32_t pixel) const {
    return {under_mask(pixel, header_.masks[0]), under_mask(pixel, header_.masks[1]),
            under_mask(pixel, header_.masks[2])};
  }

  [[nodiscard]] BmpColour indexed(std::size_t x) const {
    const auto bits = static_cast<std::size_t>(header_.bits);
    const std::size_t in_byte = 8 / bits;
    const std::size_t shift = 8 - bits * (x % in_byte + 1);
    const std::size_t index = (row_[x / in_byte] >> shift) & ((1U << bits) - 1U);
    if (index >= header_.colours) {
      image_gate::refuse(name_, "damaged BMP: a pixel has colour " + std::to_string(index) + " of a palette of " +
                                    std::to_string(header_.colours) + ".");
    }
    const std::uint8_t* c = bytes_.data() + header_.palette_at + index * header_.colour_bytes;
    return {c[2], c[1], c[0]};
  }

  const BmpHeader& header_;
  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
  const std::uint8_t* row_ = nullptr;
};

}  // namespace

Image decode_bmp(const BmpHeader& header, std::span<const std::uint8_t> bytes, const std::string& name, int channels) {
  Image image{header.width, header.height, channels, {}};
  const auto width = static_cast<std::size_t>(header.width);
  const auto height = static_cast<std::uint64_t>(header.height);
  image.pixels.resize(width * height * static_cast<std::size_t>(channels));
  std::uint8_t* out = image.pixels.data();
  BmpRow row(header, bytes, name);
  for (std::uint64_t y = 0; y < height; ++y) {
    row.go_to(header.top_down ? y : height - 1 - y);
    for (std::size_t x = 0; x < width; ++x) {
      const BmpColour c = row.at(x);
      if (channels == 1) {
        *out++ = static_cast<std::uint8_t>(luma(c.red, c.green, c.blue));
      } else {
        for (const std::uint8_t v : {c.red, c.green, c.blue}) *out++ = v;
      }
    }
  }
  return image;
}

}  // namespace fpcpu
