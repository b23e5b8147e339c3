// SPDX-License-Identifier: MIT
#include "data/image_files.hpp"

#include <fstream>
#include <iterator>

#include "data/decode.hpp"

namespace fpcpu::test {

void put32(std::string& out, std::uint32_t v) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((v >> static_cast<unsigned>(shift)) & 255U);
}

std::uint32_t crc(const std::string& data) {
  std::uint32_t c = 0xFFFFFFFFU;
  for (const char ch : data) {
    c ^= static_cast<std::uint8_t>(ch);
    for (int k = 0; k < 8; ++k) c = (c >> 1U) ^ ((c & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~c;
}

namespace {

void chunk(std::string& out, const std::string& kind, const std::string& data) {
  put32(out, static_cast<std::uint32_t>(data.size()));
  out += kind + data;
  put32(out, crc(kind + data));
}

}  // namespace

std::string make_png(const PngSpec& spec) {
  std::string header;
  put32(header, spec.width);
  put32(header, spec.height);
  header += {static_cast<char>(spec.depth), static_cast<char>(spec.colour), 0, 0, 0};

  std::string raw;
  for (const auto& row : spec.rows) {
    raw += '\0';
    raw.append(row.begin(), row.end());
  }
  std::string data = "\x78\x01";
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (const char ch : raw) {
    a = (a + static_cast<std::uint8_t>(ch)) % 65521U;
    b = (b + a) % 65521U;
  }
  const auto length = static_cast<std::uint16_t>(raw.size());
  const auto inverse = static_cast<std::uint16_t>(~length);
  data += '\x01';
  data += {static_cast<char>(length & 255), static_cast<char>(length >> 8), static_cast<char>(inverse & 255),
           static_cast<char>(inverse >> 8)};
  data += raw;
  put32(data, (b << 16U) | a);

  std::string png = "\x89PNG\r\n\x1a\n";
  chunk(png, "IHDR", header);
  if (!spec.palette.empty()) chunk(png, "PLTE", {spec.palette.begin(), spec.palette.end()});
  png += spec.before_data;
  chunk(png, "IDAT", data);
  png += spec.after_data;
  chunk(png, "IEND", "");
  return png;
}

std::string png_chunk(const std::string& kind, const std::string& data) {
  std::string out;
  chunk(out, kind, data);
  return out;
}

std::string exif_data(int orientation, bool big_endian) {
  std::string out = big_endian ? "MM" : "II";
  const auto number = [&](std::uint32_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) {
      out += static_cast<char>((value >> (8U * (big_endian ? bytes - 1 - i : i))) & 255U);
    }
  };
  number(42, 2);
  number(8, 4);  // the directory follows
  number(2, 2);  // of two entries
  number(0x010F, 2), number(2, 2), number(4, 4), out += "abc", out += '\0';
  number(0x0112, 2), number(3, 2), number(1, 4), number(static_cast<std::uint32_t>(orientation), 2), number(0, 2);
  number(0, 4);
  return out;
}

std::string with_exif(const std::string& jpeg, const std::string& exif) {
  const std::string content = std::string("Exif\0\0", 6) + exif;
  const auto length = static_cast<std::uint16_t>(content.size() + 2);
  std::string segment = "\xFF\xE1";
  segment += {static_cast<char>(length >> 8), static_cast<char>(length & 255)};
  return jpeg.substr(0, 2) + segment + content + jpeg.substr(2);
}

Image decode_bytes(const std::string& bytes, int wanted_channels) {
  return decode_image(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), "test",
                      wanted_channels);
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::filesystem::path put(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return file;
}

std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace fpcpu::test
