// SPDX-License-Identifier: MIT
#include "data/decode.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "core/file.hpp"
#include "data/image_files.hpp"
#include "data/image_write.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::contains;
using test::decode_bytes;
using test::from_hex;
using test::make_png;
using test::message_of;
using test::PngSpec;
using test::put;
using test::TemporaryFolder;

namespace {

Image pattern(int width, int height, int channels) {
  Image image{width, height, channels, {}};
  for (int i = 0; i < width * height * channels; ++i)
    image.pixels.push_back(static_cast<std::uint8_t>((i * 37 + i / 7) % 256));
  return image;
}

Image decode_png(const PngSpec& spec, int wanted = 0) { return decode_bytes(make_png(spec), wanted); }

// A one-channel JPEG of 6x4 pixels, white at the top and black at the bottom, and a BMP of 3x2 pixels of colour 204060.
constexpr std::string_view kGrayJpeg =
    "ffd8ffe000104a46494600010100000100010000ffdb0043000302020302020303030304030304050805050404050a070706"
    "080c0a0c0c0b0a0b0b0d0e12100d0e110e0b0b1016101113141515150c0f171816141812141514ffc0000b08000400060101"
    "1100ffc40014000100000000000000000000000000000008ffc4001a10000007000000000000000000000000000002081956"
    "a2d2ffda0008010100003f002a39ca8096d4fb1fffd9";
constexpr std::string_view kBmp =
    "424d4e0000000000000036000000280000000300000002000000010018000000000018000000000000000000000000000000"
    "00000000604020604020604020000000604020604020604020000000";

}  // namespace

TEST_CASE("gray JPEG and BMP") {
  const Image gray = decode_bytes(from_hex(kGrayJpeg));
  CHECK(gray.channels == 1);
  CHECK(gray.width == 6);
  CHECK(gray.height == 4);
  CHECK(gray.pixels.front() > 240);
  CHECK(gray.pixels.back() < 15);
  CHECK(decode_bytes(from_hex(kGrayJpeg), 3).pixels.size() == 72);
  const Image bmp = decode_bytes(from_hex(kBmp));
  CHECK(bmp.width == 3);
  CHECK(bmp.height == 2);
  CHECK(std::vector<std::uint8_t>(bmp.pixels.end() - 3, bmp.pixels.end()) ==
        std::vector<std::uint8_t>{0x20, 0x40, 0x60});
}

TEST_CASE("PNG comes back bit for bit, JPEG nearly") {
  const TemporaryFolder folder;
  for (const int channels : {1, 3}) {
    const Image image = pattern(13, 7, channels);
    write_image(folder / "a.png", image);
    CHECK(decode_image(folder / "a.png").pixels == image.pixels);
    const ImageHeader header = read_image_header(folder / "a.png");
    CHECK(header.width == 13);
    CHECK(header.height == 7);
    CHECK(header.channels == channels);
  }
  Image smooth{32, 24, 3, {}};
  for (int i = 0; i < 32 * 24; ++i) {
    for (int c = 0; c < 3; ++c)
      smooth.pixels.push_back(static_cast<std::uint8_t>(40 + 4 * (i % 32) + 2 * (i / 32) + c));
  }
  write_image(folder / "b.JPG", smooth, 95);
  const Image back = decode_image(folder / "b.JPG");
  REQUIRE(back.pixels.size() == smooth.pixels.size());
  int worst = 0;
  for (std::size_t i = 0; i < back.pixels.size(); ++i)
    worst = std::max(worst, std::abs(back.pixels[i] - smooth.pixels[i]));
  CHECK(worst <= 6);
  CHECK(!std::filesystem::exists(folder / "a.png.tmp"));
}

TEST_CASE("every kind of PNG becomes 8 bits in 1 or 3 channels") {
  const Image deep = decode_png({2, 1, 16, 0, {}, {{0x12, 0xFF, 0xAB, 0x00}}});
  CHECK(deep.channels == 1);
  CHECK(deep.pixels == std::vector<std::uint8_t>{0x12, 0xAB});
  const Image palette = decode_png({3, 1, 8, 3, {255, 0, 0, 1, 2, 3}, {{1, 0, 1}}});
  CHECK(palette.channels == 3);
  CHECK(palette.pixels == std::vector<std::uint8_t>{1, 2, 3, 255, 0, 0, 1, 2, 3});
  const Image alpha = decode_png({1, 2, 8, 6, {}, {{10, 20, 30, 0}, {40, 50, 60, 255}}});
  CHECK(alpha.channels == 3);
  CHECK(alpha.pixels == std::vector<std::uint8_t>{10, 20, 30, 40, 50, 60});
  const Image gray_alpha = decode_png({2, 1, 8, 4, {}, {{10, 0, 200, 9}}});
  CHECK(gray_alpha.channels == 1);
  CHECK(gray_alpha.pixels == std::vector<std::uint8_t>{10, 200});
  const Image one_bit = decode_png({4, 1, 1, 0, {}, {{0x50}}});
  CHECK(one_bit.pixels == std::vector<std::uint8_t>{0, 255, 0, 255});
  const Image column = decode_png({1, 3, 8, 0, {}, {{7}, {8}, {9}}}, 3);
  CHECK(column.channels == 3);
  CHECK(column.pixels == std::vector<std::uint8_t>{7, 7, 7, 8, 8, 8, 9, 9, 9});
  const Image luma = decode_png({1, 1, 8, 2, {}, {{255, 255, 255}}}, 1);
  CHECK(luma.pixels == std::vector<std::uint8_t>{255});
}

TEST_CASE("broken files are named with the reason") {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& name, std::string_view bytes) {
    const auto file = put(folder / name, bytes);
    return message_of(ErrorCode::format, [&] { (void)decode_image(file); });
  };
  CHECK(message("empty.jpg", "") == folder.path().string() + "/empty.jpg: the file is empty.");
  CHECK(contains(message("text.jpg", "hello, I am no picture at all"), "text.jpg: not a readable JPEG, PNG or BMP ("));

  const std::vector<std::uint8_t> jpeg = encode_image(pattern(64, 64, 3), ImageFormat::jpeg, 90);
  const std::string whole(jpeg.begin(), jpeg.end());
  put(folder / "whole.jpg", whole);
  CHECK(decode_image(folder / "whole.jpg").width == 64);
  for (const double part : {0.3, 0.6, 0.95}) {
    const auto cut = whole.substr(0, static_cast<std::size_t>(part * static_cast<double>(whole.size())));
    CHECK(contains(message("cut.jpg", cut), "cut.jpg: "));
  }
  CHECK(contains(message("cut.jpg", whole.substr(0, whole.size() - 40)), "cut short"));
  const std::vector<std::uint8_t> png = encode_image(pattern(64, 64, 3), ImageFormat::png);
  CHECK(contains(message("cut.png", std::string(png.begin(), png.end()).substr(0, png.size() / 2)),
                 "cut.png: the PNG is cut short"));

  PngSpec huge{60000, 60000, 8, 2, {}, {{1, 2, 3}}};
  CHECK(contains(message("huge.png", make_png(huge)), "60000x60000 pixels are more than the limit"));
  huge.width = huge.height = 16000;
  CHECK(contains(message("big.png", make_png(huge)), "16000x16000 pixels are more than the limit"));
  CHECK(contains(message_of(ErrorCode::format, [&] { (void)read_image_header(folder / "big.png"); }),
                 "more than the limit"));
  CHECK(message_of(ErrorCode::io, [&] { (void)decode_image(folder / "none.png"); }) ==
        folder.path().string() + "/none.png does not exist.");
  CHECK(contains(message_of(ErrorCode::io, [&] { (void)decode_image(folder.path()); }), "not a regular file"));
}

TEST_CASE("images can only be written as PNG or JPEG, and only where it is possible") {
  const TemporaryFolder folder;
  CHECK(contains(message_of(ErrorCode::usage, [&] { write_image(folder / "a.gif", pattern(2, 2, 1)); }), "a.gif"));
  CHECK(contains(message_of(ErrorCode::resource, [&] { write_image(folder / "no" / "a.png", pattern(2, 2, 1)); }),
                 "a.png"));
}

TEST_CASE("a drawing says that it is one, in a PNG and in a JPEG, and is read as before; other images are none") {
  const TemporaryFolder folder;
  const Image image = pattern(40, 30, 3);
  for (const char* name : {"a.png", "a.jpg"}) {
    CAPTURE(name);
    write_image(folder / name, image);
    const Image plain = decode_image(folder / name);
    CHECK(!is_own_drawing(folder / name));
    write_drawing(folder / name, image);
    CHECK(is_own_drawing(folder / name));
    CHECK(decode_image(folder / name).pixels == plain.pixels);
  }
  CHECK(!is_own_drawing(folder / "nothing.png"));
  // The check sum within the mark is that of any PNG writer.
  const std::string png = read_file(folder / "a.png");
  const std::string kind_and_text = std::string("tEXtSoftware") + '\0' + "fpcpu";
  const std::size_t at = png.find(kind_and_text);
  REQUIRE(at != std::string::npos);
  std::string sum;
  test::put32(sum, test::crc(kind_and_text));
  CHECK(png.substr(at + kind_and_text.size(), 4) == sum);
}
