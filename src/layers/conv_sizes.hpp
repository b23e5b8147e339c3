// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "kernels/table.hpp"

/// Scalars of one image of a convolution.
namespace fpcpu {

[[nodiscard]] inline std::size_t inputs(const kernels::ConvShape& s) noexcept {
  return static_cast<std::size_t>(s.h * s.w) * static_cast<std::size_t>(s.c);
}
/// Of one row of the output.
[[nodiscard]] inline std::size_t row_outputs(const kernels::ConvShape& s) noexcept {
  return static_cast<std::size_t>(s.ow) * static_cast<std::size_t>(s.k);
}
[[nodiscard]] inline std::size_t outputs(const kernels::ConvShape& s) noexcept {
  return static_cast<std::size_t>(s.oh) * row_outputs(s);
}

}  // namespace fpcpu
