// SPDX-License-Identifier: MIT
// What is refused of a JPEG before a decoder sees it. Each case damages a good file in one way.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "data/image_files.hpp"
#include "data/image_write.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using namespace std::string_literals;
using test::contains;
using test::decode_bytes;
using test::from_hex;

namespace {

// Gray, 24x16, a restart marker behind each block.
constexpr std::string_view kRestarts =
    "ffd8ffe000104a46494600010100000100010000ffdb0043001b12141714111b1716171e1c1b2028422b28252528513a3d304260556564"
    "5f555d5b6a7899816a7190735b5d85b586909ea3abadab6780bcc9baa6c799a8aba4ffc0000b080010001801011100ffc4001700000301"
    "0000000000000000000000000001030504ffc40021100001040201050100000000000000000002000103041121310532415191e1ffdd00"
    "040001ffda0008010100003f009d5a2e17ffd06568b85fffd13d62cbc310d50ee95b24fbd0feed7fffd24d68b85fffd3d82e15e029a4d0"
    "8365d7ffd49c4656ac9ce4d8737ce3d3786f8bffd9";
// The same picture, progressive: six scans.
constexpr std::string_view kProgressive =
    "ffd8ffe000104a46494600010100000100010000ffdb0043001b12141714111b1716171e1c1b2028422b28252528513a3d304260556564"
    "5f555d5b6a7899816a7190735b5d85b586909ea3abadab6780bcc9baa6c799a8aba4ffc2000b080010001801011100ffc4001500010100"
    "000000000000000000000000000402ffda000801010000000132e6120fffc4001910000301010100000000000000000000000001023203"
    "11ffda0008010100010502944a3b578a5195aaffc400191000030003000000000000000000000000001011011251ffda0008010100063f"
    "025af55c94ffc4001a100100020301000000000000000000000001003110114171ffda0008010100013f21c0688ddbcc0696a22acfb3ff"
    "da0008010100000010a7ffc4001c10000203000301000000000000000000000001112131415191e1ffda0008010100013f10cccc6e2596"
    "bafab331aa84cb12743798e970bc3fffd9";

/// Colour, 64x48, as our own encoder writes it.
std::string plain_jpeg() {
  Image image{64, 48, 3, {}};
  for (int i = 0; i < 64 * 48 * 3; ++i) image.pixels.push_back(static_cast<std::uint8_t>((i * 37 + i / 7) % 256));
  const auto bytes = encode_image(image, ImageFormat::jpeg, 80);
  return {bytes.begin(), bytes.end()};
}

std::string reason(const std::string& bytes) {
  return test::message_of(ErrorCode::format, [&] { (void)decode_bytes(bytes); });
}

/// Position of the segment with this marker.
std::size_t segment(const std::string& jpeg, char marker) {
  std::size_t at = 2;
  while (jpeg[at + 1] != marker) {
    at += 2U + static_cast<std::uint8_t>(jpeg[at + 2]) * 256U + static_cast<std::uint8_t>(jpeg[at + 3]);
  }
  return at;
}

std::string replaced(std::string bytes, std::size_t at, std::string_view by) {
  return bytes.replace(at, by.size(), by);
}
std::string inserted(std::string bytes, std::size_t at, std::string_view what) { return bytes.insert(at, what); }

/// A Huffman segment with an AC table, number 3, of these counts and as many zeros as values.
std::string huffman_segment(const std::vector<int>& counts, std::size_t values) {
  std::string content = "\x13";
  for (std::size_t i = 0; i < 16; ++i) content += static_cast<char>(i < counts.size() ? counts[i] : 0);
  content += std::string(values, '\0');
  const std::size_t length = content.size() + 2;
  return "\xFF\xC4"s + static_cast<char>(length >> 8U) + static_cast<char>(length & 255U) + content;
}

}  // namespace

TEST_CASE("JPEGs of every common kind pass; bytes behind the end are allowed") {
  CHECK(decode_bytes(plain_jpeg()).width == 64);
  CHECK(decode_bytes(plain_jpeg() + "more"s).width == 64);
  const Image restarts = decode_bytes(from_hex(kRestarts));
  const Image progressive = decode_bytes(from_hex(kProgressive));
  CHECK(restarts.width == 24);
  CHECK(restarts.height == 16);
  CHECK(restarts.pixels == progressive.pixels);
  // Fill bytes may stand before a marker.
  const std::string jpeg = plain_jpeg();
  CHECK(decode_bytes(inserted(jpeg, segment(jpeg, '\xDA'), "\xFF\xFF")).width == 64);
  CHECK(decode_bytes(inserted(jpeg, jpeg.size() - 2, "\xFF")).width == 64);
}

TEST_CASE("Huffman tables that do not fit their segment or make no prefix code are refused") {
  const std::string jpeg = plain_jpeg();
  const std::size_t scan = segment(jpeg, '\xDA');
  const auto with = [&](const std::string& extra) { return inserted(jpeg, scan, extra); };
  CHECK(decode_bytes(with(huffman_segment({0, 3, 1}, 4))).width == 64);
  CHECK(contains(reason(with(huffman_segment({0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 146}, 656))), "Huffman table"));
  CHECK(contains(reason(with(huffman_segment({0, 3, 9}, 4))), "larger than its segment"));
  CHECK(contains(reason(with(huffman_segment({3}, 3))), "makes no sense"));
  CHECK(contains(reason(with(huffman_segment({0, 4}, 4))), "makes no sense"));  // holds the code of all ones
  CHECK(contains(reason(with(huffman_segment({0, 3, 0, 9}, 12))), "makes no sense"));
  CHECK(contains(reason(with("\xFF\xC4\x00\x08\x10\x01\x01\x01\x01\x01"s)), "wrong header"));
}

TEST_CASE("tables and parts that a scan needs must be there") {
  const std::string jpeg = plain_jpeg();
  const std::size_t scan = segment(jpeg, '\xDA');
  const std::size_t frame = segment(jpeg, '\xC0');
  CHECK(contains(reason(replaced(jpeg, scan + 5, "\x09")), "a part that the picture does not have"));
  CHECK(contains(reason(replaced(jpeg, scan + 6, "\x33")), "a Huffman table is missing"));
  CHECK(contains(reason(replaced(jpeg, scan + 7, "\x01")), "one part twice"));
  CHECK(contains(reason(replaced(jpeg, scan + 4, "\x02")), "wrong length"));
  CHECK(contains(reason(replaced(jpeg, scan + 11, "\x01")), "coefficients"));
  CHECK(contains(reason(replaced(jpeg, frame + 12, "\x03")), "a quantisation table is missing"));
  CHECK(contains(reason(replaced(jpeg, frame + 11, "\x52")), "sampling"));
  CHECK(contains(reason(replaced(jpeg, frame + 11, std::string(1, '\x00'))), "sampling"));
  CHECK(contains(reason(replaced(jpeg, frame + 13, "\x01")), "one number"));
  CHECK(contains(reason(replaced(jpeg, segment(jpeg, '\xDB') + 4, "\x20")), "quantisation"));
}

TEST_CASE("kinds of JPEG that are not read are named") {
  const std::string jpeg = plain_jpeg();
  const std::size_t frame = segment(jpeg, '\xC0');
  CHECK(contains(reason(replaced(jpeg, frame + 1, "\xC9")), "test: is an arithmetic-coded JPEG; convert it"));
  CHECK(contains(reason(replaced(jpeg, frame + 1, "\xC3")), "a lossless JPEG"));
  CHECK(contains(reason(replaced(jpeg, frame + 1, "\xC5")), "a hierarchical JPEG"));
  CHECK(contains(reason(replaced(jpeg, frame + 4, "\x0C")), "12 bits a sample"));
  CHECK(contains(reason(replaced(jpeg, frame + 5, std::string(2, '\0'))), "64x0 pixels"));
  CHECK(contains(reason(replaced(jpeg, frame + 9, "\x02")), "2 components"));
  CHECK(contains(reason(replaced(jpeg, 4 + 7, "\x02")), "JFIF version 2"));
}

TEST_CASE("data that end early, go on too long, or hold unknown codes are refused") {
  const std::string jpeg = plain_jpeg();
  const std::size_t end = jpeg.size() - 2;
  for (std::size_t lost : {1U, 2U, 40U, 400U}) {
    CAPTURE(lost);
    CHECK(contains(reason(jpeg.substr(0, end - lost) + "\xFF\xD9"s), "data end before the picture does"));
    CHECK(contains(reason(jpeg.substr(0, end - lost)), "cut short"));
  }
  CHECK(contains(reason(jpeg.substr(0, end)), "cut short"));
  CHECK(contains(reason(inserted(jpeg, end, "\x01")), "1 bytes are left over"));
  CHECK(contains(reason(inserted(jpeg, end, std::string(100'000, '\x01'))), "more data than its picture"));
  // A header that claims more than the file has data for.
  CHECK(contains(reason(replaced(jpeg, segment(jpeg, '\xC0') + 5, "\x0F\xFF\x0F\xFF")), "data end before"));
  // Sixteen ones are no code of any table.
  const std::size_t data = segment(jpeg, '\xDA') + 2 + 12;
  CHECK(contains(reason(replaced(jpeg, data + 20, "\xFF\x00\xFF\x00\xFF\x00\xFF\x00\xFF\x00\xFF\x00"s)),
                 "a code that its tables do not have"));
  CHECK(contains(reason(inserted(jpeg, data + 20, "\xFF\xD0")), "damaged JPEG"));
  CHECK(contains(reason(inserted(jpeg, segment(jpeg, '\xDA'), "x")), "no marker at byte"));
}

TEST_CASE("restart markers must stand where they belong") {
  const std::string jpeg = from_hex(kRestarts);
  const std::size_t third = jpeg.find("\xFF\xD2");
  CHECK(contains(reason(replaced(jpeg, third, "\xFF\xD3")), "restart marker"));
  CHECK(contains(reason(std::string(jpeg).erase(third, 2)), "damaged JPEG"));
  CHECK(contains(reason(inserted(jpeg, third, "\x55\x55")), "left over"));
  CHECK(decode_bytes(inserted(jpeg, third, "\xFF")).width == 24);
}

TEST_CASE("progressive scans must follow each other, and all codes in them be known") {
  const std::string jpeg = from_hex(kProgressive);
  std::vector<std::size_t> scans;
  for (std::size_t at = jpeg.find("\xFF\xDA"); at != std::string::npos; at = jpeg.find("\xFF\xDA", at + 2)) {
    scans.push_back(at);
  }
  REQUIRE(scans.size() == 6);
  // The first scan twice; a refinement of what is not known; a refinement of bits that are known.
  const std::string first = jpeg.substr(scans[0], jpeg.find("\xFF\xC4", scans[0]) - scans[0]);
  CHECK(contains(reason(inserted(jpeg, scans[0], first)), "do not follow each other"));
  CHECK(contains(reason(replaced(jpeg, scans[0] + 9, "\x21")), "do not follow each other"));
  CHECK(contains(reason(replaced(jpeg, scans[5] + 9, "\x21")), "do not follow each other"));
  CHECK(contains(reason(replaced(jpeg, scans[1] + 8, "\x40")), "coefficients"));
  CHECK(contains(reason(jpeg.substr(0, jpeg.find("\xFF\xC4")) + "\xFF\xD9"s), "a part of the picture has no data"));
  for (std::size_t i = 0; i < scans.size(); ++i) {
    CAPTURE(i);
    const std::size_t data = scans[i] + 10;
    std::size_t end = data;
    while (jpeg[end] != '\xFF') ++end;
    CHECK(contains(reason(std::string(jpeg).erase(end - 1, 1)), "damaged JPEG"));
    CHECK(contains(reason(inserted(jpeg, end, std::string(4, '\x33'))), "damaged JPEG"));
  }
}

TEST_CASE("a JPEG of endless scans is refused") {
  const std::string jpeg = plain_jpeg();
  const std::size_t scan = segment(jpeg, '\xDA');
  const std::string one = jpeg.substr(scan, jpeg.size() - 2 - scan);
  std::string many = jpeg.substr(0, scan);
  for (int i = 0; i < 150; ++i) many += one;
  CHECK(decode_bytes(many + "\xFF\xD9").width == 64);
  for (int i = 0; i < 60; ++i) many += one;
  CHECK(contains(reason(many + "\xFF\xD9"), "takes too long to decode"));
}
