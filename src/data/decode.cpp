// SPDX-License-Identifier: MIT
#include "data/decode.hpp"

#include <algorithm>
#include <fstream>
#include <memory>

#include "core/file.hpp"
#include "data/bmp_decode.hpp"
#include "data/image_gate/header.hpp"
#include "data/image_gate/jpeg.hpp"
#include "data/orientation.hpp"
#include "data/png_decode.hpp"
#include "fpcpu/error.hpp"

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif
#define STBI_NO_STDIO
#define STBI_ONLY_JPEG
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#include <stb_image.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace fpcpu {

namespace {

using image_gate::refuse;

std::string stb_reason() {
  const char* reason = stbi_failure_reason();
  return reason == nullptr ? "unknown reason" : reason;
}

void check_limits(const image_gate::Header& h, const ImageOptions& options, const std::string& name) {
  const std::string size = std::to_string(h.width) + "x" + std::to_string(h.height) + " pixels are more than the limit";
  if (h.width > kMaxImageSide || h.height > kMaxImageSide) {
    refuse(name, size + " of " + std::to_string(kMaxImageSide) + " a side. Make the image smaller.");
  }
  if (static_cast<std::int64_t>(h.width) * h.height > options.max_pixels) {
    refuse(name, size + " of " + std::to_string(options.max_pixels) +
                     " in all. Make the image smaller, or raise the limit with --max-pixels.");
  }
}

ImageHeader checked_header(const image_gate::Header& h, const ImageOptions& options, const std::string& name) {
  check_limits(h, options, name);
  ImageHeader header{h.width, h.height, h.channels, h.orientation};
  if (options.turn && lies_on_its_side(h.orientation)) std::swap(header.width, header.height);
  return header;
}

void check_file_size(const std::filesystem::path& path) {
  std::error_code status;
  const auto size = std::filesystem::file_size(path, status);
  if (!status && size > kMaxImageBytes) {
    refuse(path_text(path), "the file has " + std::to_string(size >> 20U) + " MB, the limit is " +
                                std::to_string(kMaxImageBytes >> 20U) + " MB. Make the image smaller.");
  }
}

std::span<const std::uint8_t> octets(const std::string& content) {
  return {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()};
}

image_gate::ReadAt reader_of(std::ifstream& file) {
  return [&file](std::uint64_t at, std::size_t count) {
    std::string bytes(count, '\0');
    file.clear();
    file.seekg(static_cast<std::streamoff>(at));
    file.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<std::size_t>(std::max(std::streamsize{0}, file.gcount())));
    return bytes;
  };
}

/// stb_image believes what it reads, so all of it is checked first.
Image decode_jpeg(std::span<const std::uint8_t> bytes, const image_gate::ReadAt& read, const std::string& name,
                  int channels, int orientation) {
  image_gate::check_jpeg(image_gate::read_jpeg_header(read, name), bytes, read, name);
  int width = 0;
  int height = 0;
  int channels_in_file = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()), &width, &height, &channels_in_file, channels),
      stbi_image_free);
  if (pixels == nullptr && stb_reason() == "outofmem") {
    throw Error(ErrorCode::resource, name + ": no memory for its pixels. Use fewer --threads.");
  }
  if (pixels == nullptr) refuse(name, "cannot be decoded (" + stb_reason() + "). Is the file complete?");
  return upright(pixels.get(), width, height, channels, orientation);
}

DecodedImage decode(std::span<const std::uint8_t> bytes, const std::string& name, int wanted_channels,
                    const ImageOptions& options) {
  if (bytes.size() > kMaxImageBytes) {
    refuse(name, "more than " + std::to_string(kMaxImageBytes >> 20U) + " MB of data.");
  }
  const image_gate::ReadAt read = image_gate::reader_of(bytes);
  const image_gate::Header stored = image_gate::read_header(read, name);
  const ImageHeader header = checked_header(stored, options, name);
  const int channels = wanted_channels == 0 ? header.channels : wanted_channels;
  const int orientation = options.turn ? header.orientation : 1;
  if (stored.kind == image_gate::Kind::jpeg) return {decode_jpeg(bytes, read, name, channels, orientation), header};
  Image image = stored.kind == image_gate::Kind::png
                    ? decode_png(bytes, name, channels)
                    : decode_bmp(image_gate::read_bmp_header(read, name), bytes, name, channels);
  if (orientation != 1) image = upright(image.pixels.data(), image.width, image.height, channels, orientation);
  return {std::move(image), header};
}

}  // namespace

ImageHeader read_image_header(const std::filesystem::path& path, const ImageOptions& options) {
  check_file_size(path);
  (void)read_file(path, 1);  // says what is wrong with the file itself
  std::ifstream file(path, std::ios::binary);
  return checked_header(image_gate::read_header(reader_of(file), path_text(path)), options, path_text(path));
}

Image decode_image(const std::filesystem::path& path, int wanted_channels, const ImageOptions& options) {
  return decode_with_header(path, wanted_channels, options).image;
}

Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name, int wanted_channels,
                   const ImageOptions& options) {
  return decode(bytes, name, wanted_channels, options).image;
}

DecodedImage decode_with_header(const std::filesystem::path& path, int wanted_channels, const ImageOptions& options) {
  check_file_size(path);
  return decode(octets(read_file(path)), path_text(path), wanted_channels, options);
}

}  // namespace fpcpu
