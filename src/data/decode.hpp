// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// What the header of an image file says.
struct ImageHeader {
  int width = 0;  // of the picture as it is decoded: turned or not
  int height = 0;
  int channels = 0;     // 1 (gray) or 3: alpha is not counted
  int orientation = 1;  // EXIF, 1 (nothing to turn) to 8, also where it is not applied
};

/// Limits checked before anything is decoded, so that a small hostile file cannot ask for gigabytes.
inline constexpr std::size_t kMaxImageBytes = 64U << 20U;
inline constexpr int kMaxImageSide = 16384;

/// Reads the header of a JPEG, PNG or BMP. @throws Error{io} if the file cannot be read, Error{format} if it is none of
/// these or beyond the limits; both name the file.
[[nodiscard]] ImageHeader read_image_header(const std::filesystem::path& path, const ImageOptions& options = {});

/// Decodes a JPEG, PNG or BMP to 8 bits. Of 16-bit samples the high byte is kept (see decode_png() for those of sensors
/// with fewer bits), palettes are resolved, alpha is dropped. Memory: at most 24 bytes a pixel besides the file.
/// @param wanted_channels  1, 3, or 0 for what the file has; colour becomes luma, gray is repeated
/// @throws as read_image_header, and Error{format} if the data is damaged or cut short.
[[nodiscard]] Image decode_image(const std::filesystem::path& path, int wanted_channels = 0,
                                 const ImageOptions& options = {});

/// The same from memory; `name` is for messages.
[[nodiscard]] Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name, int wanted_channels = 0,
                                 const ImageOptions& options = {});

/// The same, and what the header says.
struct DecodedImage {
  Image image;
  ImageHeader header;
};
[[nodiscard]] DecodedImage decode_with_header(const std::filesystem::path& path, int wanted_channels = 0,
                                              const ImageOptions& options = {});

}  // namespace fpcpu
