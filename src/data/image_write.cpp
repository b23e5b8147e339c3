#include "data/image_write.hpp"

#include <algorithm>

#include "core/file.hpp"
#include "fpcpu/error.hpp"

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif
#define STBI_WRITE_NO_STDIO
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
  std::string ending = path_text(path.extension());
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const bool jpeg = ending == ".jpg" || ending == ".jpeg";
  if (!jpeg && ending != ".png") {
    throw Error(ErrorCode::usage, path_text(path) + ": images are written as .png, .jpg or .jpeg.");
  }
  const std::vector<std::uint8_t> bytes = encode_image(image, jpeg ? ImageFormat::jpeg : ImageFormat::png, quality);
  const Bytes chunk = std::as_bytes(std::span(bytes));
  write_file_atomically(path, std::span(&chunk, 1), Flush::no);
}

}  // namespace fpcpu
