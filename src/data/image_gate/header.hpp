// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "data/image_gate/read_at.hpp"
#include "data/image_gate/signature.hpp"

namespace fpcpu::image_gate {

/// What an image file says about its picture before the pixels.
struct Header {
  Kind kind = Kind::unknown;
  int width = 0;   // as stored
  int height = 0;  // as stored
  int channels = 0;
  int orientation = 1;  // EXIF, 1 to 8
};

/// @throws Error{format} "NAME: is a WebP image; convert it to JPEG or PNG." and the like.
[[noreturn]] void refuse(const std::string& name, const std::string& reason);

/// Reads the header of a JPEG, PNG or BMP. Sizes are those of the file, not yet held against any limit, but positive.
/// @throws Error{format} naming what the file is instead, or what is wrong with its header.
[[nodiscard]] Header read_header(const ReadAt& read, const std::string& name);

}  // namespace fpcpu::image_gate
