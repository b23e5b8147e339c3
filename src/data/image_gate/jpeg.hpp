// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/image_gate/jpeg_header.hpp"

namespace fpcpu::image_gate {

/// Checks all of a JPEG that a decoder relies on, up to its end marker: segments, tables, scans and every code of the
/// data. Time and memory are bounded by the size of file and picture, which the caller has held against its limits.
/// @throws Error{format} saying what is wrong
void check_jpeg(const JpegHeader& header, std::span<const std::uint8_t> file, const ReadAt& read,
                const std::string& name);

}  // namespace fpcpu::image_gate
