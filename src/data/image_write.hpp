// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

enum class ImageFormat { png, jpeg };

/// The bytes of an image file. `quality` 1..100 matters for JPEG only. @throws Error{format} if it cannot be encoded.
[[nodiscard]] std::vector<std::uint8_t> encode_image(const Image& image, ImageFormat format, int quality = 90);

/// Writes PNG or JPEG as the name ends (.png, .jpg, .jpeg), through a temporary that is renamed.
/// @throws Error{usage} for another ending, Error{resource} if the file cannot be written.
void write_image(const std::filesystem::path& path, const Image& image, int quality = 90);

/// The same for a picture made for people (points drawn, a sheet of faces), which then says so in itself: a text chunk
/// "Software: fpcpu" in a PNG, a comment "fpcpu" in a JPEG.
[[nodiscard]] std::vector<std::uint8_t> encode_drawing(const Image& image, ImageFormat format);
void write_drawing(const std::filesystem::path& path, const Image& image);
/// Whether a file is such a picture; false for one that cannot be read.
[[nodiscard]] bool is_own_drawing(const std::filesystem::path& path);

}  // namespace fpcpu
