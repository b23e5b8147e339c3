// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// Whether a picture of this EXIF orientation (1 to 8) lies on its side: width and height change places.
[[nodiscard]] constexpr bool lies_on_its_side(int orientation) { return orientation >= 5; }

/// A copy of stored pixels (rows top to bottom, channels interleaved), turned as the EXIF orientation says.
[[nodiscard]] Image upright(const std::uint8_t* pixels, int width, int height, int channels, int orientation);

}  // namespace fpcpu
