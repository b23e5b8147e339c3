// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/direct_band.hpp"

/// What every way to compute the weight gradient of a convolution does: bands of x, and panels of dy whose neighbouring
/// pixels share words.
namespace fpcpu::kernels::FPCPU_ISA_NAME::direct {

/// Copies `columns` channels of lines of dy into a panel `width` wide, zero padded, and adds up their sums.
HWY_INLINE void pack_gradient(const float* HWY_RESTRICT dy, int lines, int pixels, int k, int columns, int width,
                              float* HWY_RESTRICT panel, float* db, bool add) {
  for (int n = 0; n < width; n += kLanes) {
    V sum = hn::Zero(d);
    const float* from = dy + n;
    float* to = panel + n;
    for (int line = 0; line < lines; ++line) {
      for (int p = 0; p < pixels; ++p, from += k) {
        const V v = load_some(from, columns - n);
        store_member(v, to, p);
        if (p % kPerWord == kPerWord - 1) to += width;
        sum = hn::Add(sum, v);
      }
      if (pixels % kPerWord != 0) {
        finish_word(to);
        to += width;
      }
    }
    if (db != nullptr) add_part(sum, db + n, columns - n, add);
  }
}

/// body(band, dy of its first row, its rows, true if dw holds a part of the sum already) for all bands of all images.
template <class Body>
HWY_INLINE void for_each_band(const ConvShape& s, const ConvBackwardWeights<float>& a, const Walk& w,
                              const BandPlan& plan, const Body& body) {
  for (Index image = 0; image < s.n; ++image) {
    const float* x = a.x + image * s.h * s.w * s.c;
    const float* dy = a.dy + image * s.oh * s.ow * s.k;
    for (int row = 0; row < s.oh; row += plan.band_rows) {
      const int count = min_int(plan.band_rows, s.oh - row);
      body(prepare_band(w, plan, x, row, count, a.scratch), dy + static_cast<Index>(row) * s.ow * s.k, count,
           a.beta != 0.0F || row > 0 || image > 0);
    }
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME::direct
