#include "data/decode.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "core/file.hpp"
#include "fpcpu/error.hpp"

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif
#define STBI_NO_STDIO
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#include <stb_image.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace fpcpu {

namespace {

// Enough for the header of nearly every file; a JPEG with a large profile before its size is read whole.
constexpr std::size_t kHeaderBytes = 64U << 10U;

[[noreturn]] void fail(const std::string& name, const std::string& reason) {
  throw Error(ErrorCode::format, name + ": " + reason);
}

std::string stb_reason() {
  const char* reason = stbi_failure_reason();
  return reason == nullptr ? "unknown reason" : reason;
}

void check_limits(const ImageHeader& h, const std::string& name) {
  const std::string size = std::to_string(h.width) + "x" + std::to_string(h.height);
  if (h.width < 1 || h.height < 1) fail(name, "its header says " + size + " pixels.");
  if (h.width > kMaxImageSide || h.height > kMaxImageSide ||
      static_cast<std::int64_t>(h.width) * h.height > kMaxImagePixels) {
    fail(name, size + " pixels are more than the limit of " + std::to_string(kMaxImageSide) +
                   " a side and 100 million in all. Make the image smaller.");
  }
}

/// stb_image takes a PNG that is too large for it for no image at all; its size is at a fixed place.
void check_png_size(std::span<const std::uint8_t> b, const std::string& name) {
  static constexpr std::array<std::uint8_t, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (b.size() < 24 || !std::equal(kSignature.begin(), kSignature.end(), b.begin())) return;
  const auto number = [&](std::size_t at) {
    const std::uint32_t v = (static_cast<std::uint32_t>(b[at]) << 24U) |
                            (static_cast<std::uint32_t>(b[at + 1]) << 16U) |
                            (static_cast<std::uint32_t>(b[at + 2]) << 8U) | b[at + 3];
    return static_cast<int>(std::min(v, 0x7FFFFFFFU));
  };
  check_limits({number(16), number(20), 3}, name);
}

bool probe(std::span<const std::uint8_t> bytes, const std::string& name, ImageHeader& header) {
  check_png_size(bytes, name);
  int channels = 0;
  if (stbi_info_from_memory(bytes.data(), static_cast<int>(bytes.size()), &header.width, &header.height, &channels) ==
      0) {
    return false;
  }
  header.channels = channels <= 2 ? 1 : 3;
  return true;
}

[[noreturn]] void fail_header(std::span<const std::uint8_t> bytes, const std::string& name) {
  if (bytes.empty()) fail(name, "the file is empty.");
  fail(name, "not a readable JPEG, PNG or BMP (" + stb_reason() + ").");
}

/// stb_image fills the rest of a cut JPEG with gray and calls it a success. A whole one has an end marker after its
/// first scan; inside a scan FF is never followed by D9.
bool jpeg_is_cut(std::span<const std::uint8_t> b) {
  if (b.size() < 4 || b[0] != 0xFF || b[1] != 0xD8) return false;
  std::size_t at = 2;
  while (at + 4 <= b.size() && b[at] == 0xFF && b[at + 1] != 0xDA) {
    if (b[at + 1] == 0xFF) {
      ++at;
      continue;
    }
    at += 2U + (static_cast<std::size_t>(b[at + 2]) << 8U) + b[at + 3];
  }
  static constexpr std::array<std::uint8_t, 2> kEnd = {0xFF, 0xD9};
  return at >= b.size() ||
         std::search(b.begin() + static_cast<std::ptrdiff_t>(at), b.end(), kEnd.begin(), kEnd.end()) == b.end();
}

void check_file_size(const std::filesystem::path& path) {
  std::error_code status;
  const auto size = std::filesystem::file_size(path, status);
  if (!status && size > kMaxImageBytes) {
    fail(path_text(path), "the file has " + std::to_string(size >> 20U) + " MB, the limit is " +
                              std::to_string(kMaxImageBytes >> 20U) + " MB. Make the image smaller.");
  }
}

std::span<const std::uint8_t> octets(const std::string& content) {
  return {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()};
}

}  // namespace

ImageHeader read_image_header(const std::filesystem::path& path) {
  check_file_size(path);
  ImageHeader header;
  std::string content = read_file(path, kHeaderBytes);
  bool found = probe(octets(content), path_text(path), header);
  if (!found && content.size() == kHeaderBytes) {
    content = read_file(path);
    found = probe(octets(content), path_text(path), header);
  }
  if (!found) fail_header(octets(content), path_text(path));
  check_limits(header, path_text(path));
  return header;
}

Image decode_image(const std::filesystem::path& path, int wanted_channels) {
  check_file_size(path);
  return decode_image(octets(read_file(path)), path_text(path), wanted_channels);
}

Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name, int wanted_channels) {
  if (bytes.size() > kMaxImageBytes) fail(name, "more than " + std::to_string(kMaxImageBytes >> 20U) + " MB of data.");
  ImageHeader header;
  if (!probe(bytes, name, header)) fail_header(bytes, name);
  check_limits(header, name);
  if (jpeg_is_cut(bytes)) fail(name, "the JPEG data is cut short (no end marker). Copy the file again.");

  Image image;
  image.channels = wanted_channels == 0 ? header.channels : wanted_channels;
  int channels_in_file = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()), &image.width, &image.height,
                            &channels_in_file, image.channels),
      stbi_image_free);
  if (pixels == nullptr) fail(name, "cannot be decoded (" + stb_reason() + "). Is the file complete?");
  const std::size_t count = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) *
                            static_cast<std::size_t>(image.channels);
  image.pixels.assign(pixels.get(), pixels.get() + count);
  return image;
}

}  // namespace fpcpu
