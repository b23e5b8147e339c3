// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/eigen/maps.hpp"
#include "kernels/table.hpp"

/// The addressing that convolution, depthwise convolution and pooling share.
namespace fpcpu::kernels::eigen {

/// The window geometry of a pooling layer.
[[nodiscard]] constexpr ConvShape as_windows(const PoolShape& p) noexcept {
  return {.h = p.h,
          .w = p.w,
          .c = p.c,
          .oh = p.oh,
          .ow = p.ow,
          .k = p.c,
          .kh = p.window,
          .kw = p.window,
          .stride = p.stride,
          .pad_h = p.pad,
          .pad_w = p.pad,
          .dilation = 1,
          .groups = 1};
}

/// Calls visit(out, tap, in) for the output rows [row_begin, row_end): `out` counts the output pixels of these rows
/// from 0, `tap` = i * kw + j, `in` is the input pixel under that tap, or -1 where the window hangs over the border.
/// Output pixels ascend, taps ascend within a pixel.
template <class Visit>
void for_each_tap(const ConvShape& s, int row_begin, int row_end, const Visit& visit) noexcept {
  Index out = 0;
  for (int r = row_begin; r < row_end; ++r) {
    for (int q = 0; q < s.ow; ++q, ++out) {
      Index tap = 0;
      for (int i = 0; i < s.kh; ++i) {
        for (int j = 0; j < s.kw; ++j, ++tap) {
          const int y = r * s.stride - s.pad_h + i * s.dilation;
          const int x = q * s.stride - s.pad_w + j * s.dilation;
          const bool inside = y >= 0 && y < s.h && x >= 0 && x < s.w;
          visit(out, tap, inside ? Index{y} * s.w + x : Index{-1});
        }
      }
    }
  }
}

}  // namespace fpcpu::kernels::eigen
