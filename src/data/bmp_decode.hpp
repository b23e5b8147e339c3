// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/image_gate/bmp.hpp"
#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// Decodes a BMP whose header was read from the same bytes.
/// @param channels  1 or 3
/// @throws Error{format} for a pixel whose colour the palette does not have
[[nodiscard]] Image decode_bmp(const image_gate::BmpHeader& header, std::span<const std::uint8_t> bytes,
                               const std::string& name, int channels);

}  // namespace fpcpu
