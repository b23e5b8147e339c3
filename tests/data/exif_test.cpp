// SPDX-License-Identifier: MIT
// The EXIF orientation of JPEG and PNG, and the limit of pixels.
#include <doctest/doctest.h>

#include <string>

#include "data/decode.hpp"
#include "data/image_files.hpp"
#include "data/image_write.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::contains;
using test::exif_data;
using test::make_png;
using test::message_of;
using test::png_chunk;
using test::PngSpec;
using test::put;
using test::TemporaryFolder;

namespace {

// A picture of 3x2 pixels, 1 2 3 over 4 5 6, as it is to look when stored with orientation 1 to 8.
struct Turned {
  int width;
  std::vector<std::uint8_t> pixels;
};
const std::vector<Turned> kTurned = {{3, {1, 2, 3, 4, 5, 6}}, {3, {3, 2, 1, 6, 5, 4}}, {3, {6, 5, 4, 3, 2, 1}},
                                     {3, {4, 5, 6, 1, 2, 3}}, {2, {1, 4, 2, 5, 3, 6}}, {2, {4, 1, 5, 2, 6, 3}},
                                     {2, {6, 3, 5, 2, 4, 1}}, {2, {3, 6, 2, 5, 1, 4}}};

/// Dark, but white in one corner of the stored picture of 48x16 pixels.
std::string corner_jpeg() {
  Image image{48, 16, 1, std::vector<std::uint8_t>(48 * 16, 10)};
  for (std::size_t y = 0; y < 8; ++y) {
    for (std::size_t x = 0; x < 8; ++x) image.pixels[y * 48 + x] = 250;
  }
  const auto bytes = encode_image(image, ImageFormat::jpeg, 95);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a PNG is turned as its eXIf chunk says, before or after the pixels, in both byte orders") {
  const TemporaryFolder folder;
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    const Turned& expected = kTurned[static_cast<std::size_t>(orientation - 1)];
    for (const bool first : {true, false}) {
      PngSpec spec{3, 2, 8, 0, {}, {{1, 2, 3}, {4, 5, 6}}};
      (first ? spec.before_data : spec.after_data) = png_chunk("eXIf", exif_data(orientation, first));
      const auto file = put(folder / "a.png", make_png(spec));
      const Image image = decode_image(file);
      CHECK(image.width == expected.width);
      CHECK(image.height == 6 / expected.width);
      CHECK(image.pixels == expected.pixels);
      const ImageHeader header = read_image_header(file);
      CHECK(header.width == expected.width);
      CHECK(header.orientation == orientation);
      const ImageOptions stored{.turn = false};
      CHECK(decode_image(file, 0, stored).pixels == kTurned.front().pixels);
      CHECK(read_image_header(file, stored).width == 3);
      CHECK(read_image_header(file, stored).orientation == orientation);
    }
  }
  // Three channels stay together.
  PngSpec colour{2, 1, 8, 2, {}, {{1, 2, 3, 4, 5, 6}}};
  colour.before_data = png_chunk("eXIf", exif_data(2, true));
  CHECK(decode_image(put(folder / "c.png", make_png(colour))).pixels == std::vector<std::uint8_t>{4, 5, 6, 1, 2, 3});
}

TEST_CASE("a JPEG is turned as its EXIF segment says") {
  const TemporaryFolder folder;
  const std::string jpeg = corner_jpeg();
  // Where the bright corner is to be seen: left or right, top or bottom.
  struct Corner {
    bool right;
    bool bottom;
  };
  const std::vector<Corner> corners = {{false, false}, {true, false}, {true, true}, {false, true},
                                       {false, false}, {true, false}, {true, true}, {false, true}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    const auto file = put(folder / "a.jpg", test::with_exif(jpeg, exif_data(orientation, orientation % 2 == 0)));
    const Image image = decode_image(file, 1);
    CHECK(image.width == (orientation <= 4 ? 48 : 16));
    CHECK(image.height == (orientation <= 4 ? 16 : 48));
    CHECK(read_image_header(file).width == image.width);
    const Corner corner = corners[static_cast<std::size_t>(orientation - 1)];
    const auto at = [&](bool right, bool bottom) {
      const std::size_t x = right ? static_cast<std::size_t>(image.width) - 4 : 3;
      const std::size_t y = bottom ? static_cast<std::size_t>(image.height) - 4 : 3;
      return image.pixels[y * static_cast<std::size_t>(image.width) + x];
    };
    CHECK(at(corner.right, corner.bottom) > 200);
    CHECK(at(!corner.right, corner.bottom) < 60);
    CHECK(at(corner.right, !corner.bottom) < 60);
    CHECK(decode_image(file, 0, {.turn = false}).width == 48);
  }
}

TEST_CASE("EXIF data that makes no sense turns nothing and is never read beyond its end") {
  const TemporaryFolder folder;
  const std::string jpeg = corner_jpeg();
  const auto orientation_of = [&](const std::string& exif) {
    return read_image_header(put(folder / "a.jpg", test::with_exif(jpeg, exif))).orientation;
  };
  const std::string good = exif_data(6, false);
  CHECK(orientation_of(good) == 6);
  for (std::size_t size = 0; size < 32; ++size) CHECK(orientation_of(good.substr(0, size)) == 1);
  CHECK(orientation_of(exif_data(0, true)) == 1);
  CHECK(orientation_of(exif_data(9, true)) == 1);
  std::string far = good;
  far.replace(4, 4, "\xFF\xFF\xFF\xFF");
  CHECK(orientation_of(far) == 1);
  std::string wrong_type = good;
  wrong_type[24] = 5;
  CHECK(orientation_of(wrong_type) == 1);
  std::string many = good;
  many.replace(8, 2, "\xFF\xFF");
  CHECK(orientation_of(many) == 6);
  // A segment that ends in the middle of the name by which EXIF data is known.
  using namespace std::string_literals;
  CHECK_THROWS_AS((void)read_image_header(
                      put(folder / "a.jpg", jpeg.substr(0, 2) + "\xFF\xE1\x00\x05"s + "Exif\0\0"s + jpeg.substr(2))),
                  Error);
}

TEST_CASE("the limit of pixels is an option and is named") {
  const TemporaryFolder folder;
  const auto file = put(folder / "a.png", make_png({3, 2, 8, 0, {}, {{1, 2, 3}, {4, 5, 6}}}));
  CHECK(decode_image(file, 0, {.max_pixels = 6}).width == 3);
  for (const bool header_only : {true, false}) {
    const std::string text = message_of(ErrorCode::format, [&] {
      header_only ? (void)read_image_header(file, {.max_pixels = 5}) : (void)decode_image(file, 0, {.max_pixels = 5});
    });
    CHECK(contains(text, "a.png: 3x2 pixels are more than the limit of 5 in all."));
    CHECK(contains(text, "--max-pixels"));
  }
}
