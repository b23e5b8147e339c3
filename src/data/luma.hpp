// SPDX-License-Identifier: MIT
#pragma once

namespace fpcpu {

/// Brightness of a colour, in the unit of its channels (up to 16 bits), as all decoders here weigh it.
[[nodiscard]] constexpr unsigned luma(unsigned red, unsigned green, unsigned blue) {
  return (red * 77 + green * 150 + blue * 29) >> 8U;
}

}  // namespace fpcpu
