// SPDX-License-Identifier: MIT
#include "data/image_gate/jpeg_header.hpp"

#include <algorithm>
#include <string_view>

#include "data/image_gate/exif.hpp"
#include "data/image_gate/header.hpp"

namespace fpcpu::image_gate {

namespace {

using namespace jpeg_marker;
using namespace std::string_view_literals;

bool is_frame(int marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != kHuffman && marker != 0xC8 && marker != kArithmetic;
}

/// What a frame is that is neither baseline nor progressive with Huffman codes.
std::string kind_of_frame(int marker) {
  if (marker == 0xC3) return "a lossless JPEG";
  if (marker >= 0xC9) return "an arithmetic-coded JPEG";
  return "a hierarchical JPEG";
}

void read_frame(const std::string& content, int marker, JpegHeader& header, const std::string& name) {
  if (marker > kProgressive) refuse(name, "is " + kind_of_frame(marker) + "; convert it to a common JPEG or to PNG.");
  if (!header.components.empty()) refuse(name, "damaged JPEG: it has two frames.");
  if (content.size() < 6) refuse(name, "damaged JPEG: its frame header is too short.");
  const std::uint32_t bits = number_at(content, 0, 1);
  if (bits != 8) {
    refuse(name, "is a JPEG of " + std::to_string(bits) + " bits a sample; convert it to 8 bits.");
  }
  header.progressive = marker == kProgressive;
  header.height = static_cast<int>(number_at(content, 1, 2));
  header.width = static_cast<int>(number_at(content, 3, 2));
  if (header.width == 0 || header.height == 0) {
    refuse(name, "its header says " + std::to_string(header.width) + "x" + std::to_string(header.height) + " pixels.");
  }
  const std::size_t count = number_at(content, 5, 1);
  if (count != 1 && count != 3 && count != 4) {
    refuse(name, "is a JPEG of " + std::to_string(count) + " components; convert it to colour or gray.");
  }
  if (content.size() != 6 + 3 * count) refuse(name, "damaged JPEG: its frame header has a wrong length.");
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = 6 + 3 * i;
    const std::uint32_t sampling = number_at(content, at + 1, 1);
    const JpegComponent c{static_cast<int>(number_at(content, at, 1)), static_cast<int>(sampling >> 4U),
                          static_cast<int>(sampling & 15U), static_cast<int>(number_at(content, at + 2, 1))};
    if (c.across < 1 || c.across > 4 || c.down < 1 || c.down > 4 || c.quantisation > 3) {
      refuse(name, "damaged JPEG: component " + std::to_string(i + 1) + " has a wrong sampling factor or table.");
    }
    header.components.push_back(c);
  }
}

void read_application(const ReadAt& read, const JpegSegment& segment, JpegHeader& header, const std::string& name) {
  constexpr std::string_view kExif = "Exif\0\0"sv;
  if (segment.marker == kApp1 && segment.length >= kExif.size() && !header.orientation &&
      read(segment.at, kExif.size()) == kExif) {
    const std::string exif = read(segment.at, segment.length);
    header.orientation = exif_orientation(std::string_view(exif).substr(kExif.size()));
  } else if (segment.marker == kApp14 && segment.length >= 12 && read(segment.at, 5) == "Adobe") {
    header.adobe_transform = static_cast<int>(number_at(read(segment.at + 11, 1), 0, 1));
  } else if (segment.marker == kApp0 && segment.length >= 14 && read(segment.at, 5) == "JFIF\0"sv) {
    header.jfif = true;
    if (const std::uint32_t version = number_at(read(segment.at + 5, 1), 0, 1); version != 1) {
      refuse(name, "damaged JPEG: unknown JFIF version " + std::to_string(version) + ".");
    }
  }
}

}  // namespace

JpegSegment next_jpeg_segment(const ReadAt& read, std::uint64_t at, const std::string& name) {
  std::string bytes = read(at, 4);
  if (bytes.empty()) refuse(name, "the JPEG is cut short (no end marker). Copy the file again.");
  if (bytes[0] != '\xFF') {
    refuse(name, "damaged JPEG: no marker at byte " + std::to_string(at) + ", where one must be.");
  }
  // Any number of FF may stand before a marker.
  while (bytes.size() >= 2 && bytes[1] == '\xFF') bytes = read(++at, 4);
  if (bytes.size() < 2) refuse(name, "the JPEG is cut short (no end marker). Copy the file again.");
  JpegSegment segment;
  segment.marker = static_cast<int>(number_at(bytes, 1, 1));
  segment.at = at + 2;
  const bool alone = segment.marker == kEnd || segment.marker == kStart || segment.marker == 0x01 ||
                     (segment.marker >= kRestart0 && segment.marker <= kRestart7);
  if (alone) return segment;
  if (bytes.size() < 4) refuse(name, "the JPEG is cut short within its header. Copy the file again.");
  const std::uint32_t length = number_at(bytes, 2, 2);
  if (length < 2) refuse(name, "damaged JPEG: a segment of wrong length at byte " + std::to_string(at) + ".");
  segment.at = at + 4;
  segment.length = length - 2;
  if (segment.length > 0 && read(segment.end() - 1, 1).empty()) {
    refuse(name, "the JPEG is cut short within its header. Copy the file again.");
  }
  return segment;
}

JpegHeader read_jpeg_header(const ReadAt& read, const std::string& name) {
  JpegHeader header;
  for (std::uint64_t at = 2;;) {
    const JpegSegment segment = next_jpeg_segment(read, at, name);
    at = segment.end();
    if (is_frame(segment.marker)) {
      read_frame(read(segment.at, segment.length), segment.marker, header, name);
    } else if (segment.marker == kScan || segment.marker == kEnd) {
      if (header.components.empty()) refuse(name, "damaged JPEG: it has no frame header.");
      return header;
    } else if (segment.marker >= kApp0) {
      read_application(read, segment, header, name);
    }
  }
}

}  // namespace fpcpu::image_gate
