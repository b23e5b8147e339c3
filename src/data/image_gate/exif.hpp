// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace fpcpu::image_gate {

/// The orientation (1 to 8) in EXIF data, which is a TIFF header with its first directory. 1, nothing to turn, where
/// there is none or where it makes no sense: pictures are shown in spite of that everywhere.
[[nodiscard]] int exif_orientation(std::string_view tiff);

}  // namespace fpcpu::image_gate
