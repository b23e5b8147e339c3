// SPDX-License-Identifier: MIT
// PNG and BMP: every kind that is read, and what is refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "data/image_files.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using namespace std::string_literals;
using test::contains;
using test::decode_bytes;
using test::make_png;
using test::png_chunk;
using test::PngSpec;

namespace {

using Pixels = std::vector<std::uint8_t>;

std::string reason(const std::string& bytes) {
  return test::message_of(ErrorCode::format, [&] { (void)decode_bytes(bytes); });
}

const PngSpec kGray{3, 2, 8, 0, {}, {{1, 2, 3}, {4, 5, 6}}};

std::string little(std::uint64_t value, unsigned bytes) {
  std::string out;
  for (unsigned i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 255U);
  return out;
}

struct BmpSpec {
  std::uint32_t width = 1;
  std::int32_t height = 1;
  unsigned bits = 24;
  unsigned compression = 0;
  std::string tables = {};  // masks or palette
  std::string rows = {};
  std::uint32_t header = 40;
};

std::string make_bmp(const BmpSpec& b) {
  const std::uint32_t pixels = 14 + b.header + static_cast<std::uint32_t>(b.tables.size());
  std::string out = "BM" + little(0, 8) + little(pixels, 4) + little(b.header, 4);
  const unsigned wide = b.header == 12 ? 2 : 4;
  out += little(b.width, wide) + little(static_cast<std::uint32_t>(b.height), wide) + little(1, 2) + little(b.bits, 2);
  if (b.header > 12) out += little(b.compression, 4) + std::string(b.header - 20, '\0');
  return out + b.tables + b.rows;
}

/// 3x2 pixels of 24 bits: blue counts in the first row, red in the second; each row is filled up to 12 bytes.
const std::string kTwoRows = "\1\0\0\2\0\0\3\0\0___\0\0\1\0\0\2\0\0\3___"s;
const Pixels kFirstRow = {0, 0, 1, 0, 0, 2, 0, 0, 3};
const Pixels kSecondRow = {1, 0, 0, 2, 0, 0, 3, 0, 0};

Pixels joined(const Pixels& a, const Pixels& b) {
  Pixels all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

}  // namespace

TEST_CASE("16-bit PNG: high bytes, and the bits of a sensor with fewer") {
  const auto deep = [](const Pixels& bytes) {
    return decode_bytes(make_png({static_cast<std::uint32_t>(bytes.size() / 2), 1, 16, 0, {}, {bytes}})).pixels;
  };
  CHECK(deep({0xFF, 0xFF, 0x12, 0x34, 0, 0}) == Pixels{0xFF, 0x12, 0});
  CHECK(deep({0x40, 0x00, 0x12, 0x34}) == Pixels{0x40, 0x12});
  CHECK(deep({0x3F, 0xFF, 0x10, 0x00}) == Pixels{0xFF, 0x40});                    // 14 bits
  CHECK(deep({0x0F, 0xFF, 0x08, 0x00, 0x00, 0x10}) == Pixels{0xFF, 0x80, 0x01});  // 12 bits
  CHECK(deep({0x03, 0xFF, 0x02, 0x00}) == Pixels{0xFF, 0x80});                    // 10 bits
  CHECK(deep({0x00, 0xFF, 0x00, 0x07}) == Pixels{0xFF, 0x07});                    // 8 bits
  CHECK(deep({0, 0, 0, 0}) == Pixels{0, 0});
  // Alpha does not count as a sample.
  CHECK(decode_bytes(make_png({1, 1, 16, 4, {}, {{0x0F, 0xFF, 0xFF, 0xFF}}})).pixels == Pixels{0xFF});
  CHECK(decode_bytes(make_png({1, 1, 16, 2, {}, {{0x0F, 0, 0x0F, 0, 0x0F, 0}}}), 1).pixels == Pixels{0xF0});
}

TEST_CASE("PNG: check sums, order, amount of data") {
  const std::string good = make_png(kGray);
  CHECK(decode_bytes(good).pixels == Pixels{1, 2, 3, 4, 5, 6});
  CHECK(decode_bytes(good + "more").width == 3);
  const std::size_t data = good.find("IDAT");
  // Any byte behind the signature: all of them are under a check sum or are one.
  for (std::size_t at = 8; at < good.size(); ++at) {
    CAPTURE(at);
    std::string flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    CHECK(!reason(flipped).empty());
  }
  for (std::size_t size = 8; size < good.size(); ++size) CHECK(contains(reason(good.substr(0, size)), "test: "));
  CHECK(contains(reason(good.substr(0, good.size() - 12)), "cut short"));
  PngSpec text = kGray;
  text.before_data = png_chunk("tEXt", "Comment\0hello"s);
  CHECK(decode_bytes(make_png(text)).width == 3);
  std::string damaged = make_png(text);
  damaged[damaged.find("hello")] = 'j';
  CHECK(contains(reason(damaged), "damaged PNG"));
  PngSpec critical = kGray;
  critical.before_data = png_chunk("ABCD", "");
  CHECK(contains(reason(make_png(critical)), "damaged PNG"));
  PngSpec less = kGray;
  less.rows.pop_back();
  CHECK(contains(reason(make_png(less)), "damaged PNG"));
  // A few rows too many harm nobody; much more would only cost time.
  PngSpec more{100, 1, 8, 0, {}, std::vector<Pixels>(10, Pixels(100, 7))};
  CHECK(decode_bytes(make_png(more)).width == 100);
  more.rows.resize(600, Pixels(100, 7));
  CHECK(contains(reason(make_png(more)), "more data than its picture needs"));
  PngSpec odd = kGray;
  odd.depth = 3;
  CHECK(contains(reason(make_png(odd)), "damaged PNG"));
  CHECK(contains(reason(good.substr(0, 8) + good.substr(data - 4)), "does not begin with its header"));
  PngSpec colours{2, 1, 8, 3, {1, 2, 3, 4, 5, 6}, {{1, 0}}};
  CHECK(decode_bytes(make_png(colours)).pixels == Pixels{4, 5, 6, 1, 2, 3});
  colours.rows = {{1, 2}};
  CHECK(contains(reason(make_png(colours)), "colour 2 of a palette of 2"));
  colours.palette.clear();
  CHECK(contains(reason(make_png(colours)), "damaged PNG"));
}

TEST_CASE("BMP of every depth, rows from below and from above") {
  CHECK(decode_bytes(make_bmp({3, 2, 24, 0, "", kTwoRows})).pixels == joined(kSecondRow, kFirstRow));
  CHECK(decode_bytes(make_bmp({3, -2, 24, 0, "", kTwoRows})).pixels == joined(kFirstRow, kSecondRow));
  CHECK(decode_bytes(make_bmp({3, 2, 24, 0, "", kTwoRows, 12})).pixels == joined(kSecondRow, kFirstRow));
  CHECK(decode_bytes(make_bmp({3, 2, 24, 0, "", kTwoRows, 124}) + "more").pixels == joined(kSecondRow, kFirstRow));
  CHECK(decode_bytes(make_bmp({1, 1, 32, 0, "", "\1\2\3\4"})).pixels == Pixels{3, 2, 1});
  const std::string palette = "\1\2\3\0\4\5\6\0"s;
  CHECK(decode_bytes(make_bmp({3, 1, 1, 0, palette, "\x40\0\0\0"s})).pixels == Pixels{3, 2, 1, 6, 5, 4, 3, 2, 1});
  CHECK(decode_bytes(make_bmp({3, 1, 4, 0, palette, "\x01\x10\0\0"s})).pixels == Pixels{3, 2, 1, 6, 5, 4, 6, 5, 4});
  CHECK(decode_bytes(make_bmp({2, 1, 8, 0, palette, "\1\0\0\0"s})).pixels == Pixels{6, 5, 4, 3, 2, 1});
  CHECK(decode_bytes(make_bmp({2, 1, 8, 0, "\1\2\3\4\5\6", "\1\0\0\0"s, 12})).pixels == Pixels{6, 5, 4, 3, 2, 1});
  // 16 bits: five each, or as masks say.
  CHECK(decode_bytes(make_bmp({2, 1, 16, 0, "", "\x1F\x00\x00\x40"s})).pixels == Pixels{0, 0, 255, 132, 0, 0});
  const std::string masks = little(0xF800, 4) + little(0x07E0, 4) + little(0x001F, 4);
  CHECK(decode_bytes(make_bmp({2, 1, 16, 3, masks, "\xE0\x07\x00\x80"s})).pixels == Pixels{0, 255, 0, 132, 0, 0});
  const std::string wide = little(0x3FF00000, 4) + little(0x000FFC00, 4) + little(0x000003FF, 4);
  CHECK(decode_bytes(make_bmp({1, 1, 32, 3, wide, little((0x3FFU << 20U) | (0x200U << 10U) | 0x1U, 4)})).pixels ==
        Pixels{255, 128, 0});
  CHECK(decode_bytes(make_bmp({1, 1, 24, 0, "", "\xFF\xFF\xFF\0"s}), 1).pixels == Pixels{255});
}

TEST_CASE("BMP: what is cut or makes no sense is refused, other kinds are named") {
  const std::string good = make_bmp({3, 2, 24, 0, "", kTwoRows});
  for (std::size_t size = 18; size < good.size() - 3; ++size) {
    CAPTURE(size);
    CHECK(contains(reason(good.substr(0, size)), "cut short"));
  }
  CHECK(decode_bytes(good.substr(0, good.size() - 3)).width == 3);
  CHECK(contains(reason(make_bmp({3, 2, 8, 1, "", kTwoRows})), "is a run-length encoded BMP; convert it to PNG."));
  CHECK(contains(reason(make_bmp({3, 2, 24, 4, "", kTwoRows})), "a BMP around a JPEG"));
  CHECK(contains(reason(make_bmp({3, 2, 24, 3, "", kTwoRows})), "colour masks"));
  CHECK(contains(reason(make_bmp({1, 1, 16, 3, little(5, 4) + little(2, 4) + little(8, 4), "\0\0\0\0"s})),
                 "colour mask"));
  CHECK(contains(reason(make_bmp({3, 2, 7, 0, "", kTwoRows})), "7 bits a pixel"));
  CHECK(contains(reason(make_bmp({0, 2, 24, 0, "", kTwoRows})), "0x2 pixels"));
  CHECK(contains(reason(make_bmp({3, INT32_MIN, 24, 0, "", kTwoRows})), "pixels"));
  CHECK(contains(reason(make_bmp({1, 1, 8, 0, "\1\2\3\0"s, "\1\0\0\0"s})), "colour 1 of a palette of 1"));
  std::string inside = good;
  inside[10] = 20;
  CHECK(contains(reason(inside), "begin inside its header"));
}
