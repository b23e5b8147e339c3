// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fpcpu/dataset.hpp"

namespace fpcpu::test {

/// What a PNG is to hold; `rows` are the raw samples of each row as the file format wants them.
struct PngSpec {
  std::uint32_t width = 1;
  std::uint32_t height = 1;
  std::uint8_t depth = 8;   // bits per sample
  std::uint8_t colour = 0;  // 0 gray, 2 RGB, 3 palette, 4 gray + alpha, 6 RGB + alpha
  std::vector<std::uint8_t> palette;
  std::vector<std::vector<std::uint8_t>> rows;
  std::string before_data = {};  // whole chunks, see png_chunk()
  std::string after_data = {};
};

/// A chunk with its length and checksum.
[[nodiscard]] std::string png_chunk(const std::string& kind, const std::string& data);

/// EXIF data (a TIFF header with one directory) that holds an orientation.
[[nodiscard]] std::string exif_data(int orientation, bool big_endian);

/// A JPEG with EXIF data put behind its first marker.
[[nodiscard]] std::string with_exif(const std::string& jpeg, const std::string& exif);

/// A valid PNG file with uncompressed (stored) data.
[[nodiscard]] std::string make_png(const PngSpec& spec);

/// Appends a number as the PNG format has it, and the check sum of a chunk's kind and data.
void put32(std::string& out, std::uint32_t v);
[[nodiscard]] std::uint32_t crc(const std::string& data);

/// decode_image() of bytes in memory, called "test".
[[nodiscard]] Image decode_bytes(const std::string& bytes, int wanted_channels = 0);

/// Bytes written as hexadecimal digits.
[[nodiscard]] std::string from_hex(std::string_view hex);

/// Writes a file as it is given, and returns its path.
std::filesystem::path put(const std::filesystem::path& file, std::string_view bytes);

[[nodiscard]] std::string read_bytes(const std::filesystem::path& file);

}  // namespace fpcpu::test
