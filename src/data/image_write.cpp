// SPDX-License-Identifier: MIT
#include "data/image_write.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>
#include <span>

#include "core/file.hpp"
#include "fpcpu/error.hpp"

namespace {

// stb_image_write takes it for granted that it is given memory.
void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif
#define STBI_WRITE_NO_STDIO
#define STBIW_MALLOC(size) or_throw(std::malloc(size))
#define STBIW_REALLOC(memory, size) or_throw(std::realloc(memory, size))
#define STBIW_FREE(memory) std::free(memory)
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace fpcpu {

namespace {

void append(void* context, void* data, int size) {
  auto& bytes = *static_cast<std::vector<std::uint8_t>*>(context);
  const auto* p = static_cast<const std::uint8_t*>(data);
  bytes.insert(bytes.end(), p, p + size);
}

/// A whole tEXt chunk, its check sum included. Source: PNG specification 1.2, sections 3.2 and 4.2.3.
constexpr std::array<std::uint8_t, 26> kPngMark = {0,   0,   0,   14, 't', 'E', 'X', 't', 'S', 'o',  'f',  't',  'w',
                                                   'a', 'r', 'e', 0,  'f', 'p', 'c', 'p', 'u', 0x90, 0xDE, 0xB1, 0xCF};
/// A whole COM segment. Source: ITU-T T.81, B.2.4.5.
constexpr std::array<std::uint8_t, 9> kJpegMark = {0xFF, 0xFE, 0, 7, 'f', 'p', 'c', 'p', 'u'};
constexpr std::size_t kPngMarkAt = 33;   // behind signature and IHDR
constexpr std::size_t kJpegMarkAt = 20;  // behind the start of the image and the JFIF segment

/// PNG or JPEG, by the ending of the name.
ImageFormat format_of(const std::filesystem::path& path) {
  std::string ending = path_text(path.extension());
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (ending == ".jpg" || ending == ".jpeg") return ImageFormat::jpeg;
  if (ending == ".png") return ImageFormat::png;
  throw Error(ErrorCode::usage, path_text(path) + ": images are written as .png, .jpg or .jpeg.");
}

void write_bytes(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  const Bytes chunk = std::as_bytes(bytes);
  write_file_atomically(path, std::span(&chunk, 1), Flush::no);
}

template <std::size_t n>
bool stands_at(const std::string& bytes, std::size_t at, const std::array<std::uint8_t, n>& mark) {
  return bytes.size() >= at + n && std::equal(mark.begin(), mark.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                              [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
}

}  // namespace

std::vector<std::uint8_t> encode_image(const Image& image, ImageFormat format, int quality) {
  std::vector<std::uint8_t> bytes;
  const int done = format == ImageFormat::png
                       ? stbi_write_png_to_func(append, &bytes, image.width, image.height, image.channels,
                                                image.pixels.data(), image.width * image.channels)
                       : stbi_write_jpg_to_func(append, &bytes, image.width, image.height, image.channels,
                                                image.pixels.data(), quality);
  if (done == 0 || bytes.empty()) {
    throw Error(ErrorCode::format, "an image of " + std::to_string(image.width) + "x" + std::to_string(image.height) +
                                       "x" + std::to_string(image.channels) + " cannot be encoded.");
  }
  return bytes;
}

void write_image(const std::filesystem::path& path, const Image& image, int quality) {
  write_bytes(path, encode_image(image, format_of(path), quality));
}

std::vector<std::uint8_t> encode_drawing(const Image& image, ImageFormat format) {
  std::vector<std::uint8_t> bytes = encode_image(image, format);
  if (format == ImageFormat::png) {
    bytes.insert(bytes.begin() + kPngMarkAt, kPngMark.begin(), kPngMark.end());
  } else {
    bytes.insert(bytes.begin() + kJpegMarkAt, kJpegMark.begin(), kJpegMark.end());
  }
  return bytes;
}

void write_drawing(const std::filesystem::path& path, const Image& image) {
  write_bytes(path, encode_drawing(image, format_of(path)));
}

bool is_own_drawing(const std::filesystem::path& path) {
  try {
    const std::string start = read_file(path, kPngMarkAt + kPngMark.size());
    return stands_at(start, kPngMarkAt, kPngMark) || stands_at(start, kJpegMarkAt, kJpegMark);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace fpcpu
