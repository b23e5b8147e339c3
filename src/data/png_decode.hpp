// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// Decodes a PNG with libpng: check sums, order of chunks and the amount of data are checked on the way. Its size has
/// been held against the limits before.
///
/// 16-bit samples keep their high byte. Where all samples of a 16-bit image stay below 2^14, 2^12, 2^10 or 2^8, they
/// come from a sensor of so many bits and were stored as they were: the high eight of those bits are kept.
/// @param channels  1 or 3
/// @throws Error{format}
[[nodiscard]] Image decode_png(std::span<const std::uint8_t> bytes, const std::string& name, int channels);

}  // namespace fpcpu
