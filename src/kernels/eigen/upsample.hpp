// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>

#include "fpcpu/shape.hpp"
#include "kernels/eigen/maps.hpp"

/// Enlarging one image by a whole factor. Each output pixel is a weighted sum of input pixels; backward is its
/// transpose.
namespace fpcpu::kernels::eigen {

/// One axis of bilinear sampling: output o reads inputs `low` and `high` with weights 1 - share and share.
struct BilinearTap {
  int low, high;
  double share;

  /// Position (o + 0.5) / factor - 0.5, clamped to the first and last pixel centre (align_corners=false).
  BilinearTap(int o, int factor, int size) noexcept {
    const double at = std::max(0.0, (o + 0.5) / factor - 0.5);
    low = std::min(static_cast<int>(at), size - 1);
    high = std::min(low + 1, size - 1);
    share = at - low;
  }
};

/// Calls visit(output pixel, input pixel, weight) for every pair that is connected.
template <class Visit>
void for_each_bilinear_pair(const Shape& in, int factor, const Visit& visit) noexcept {
  Index out = 0;
  for (int r = 0; r < in.h * factor; ++r) {
    const BilinearTap y(r, factor, in.h);
    for (int q = 0; q < in.w * factor; ++q, ++out) {
      const BilinearTap x(q, factor, in.w);
      visit(out, Index{y.low} * in.w + x.low, (1.0 - y.share) * (1.0 - x.share));
      visit(out, Index{y.low} * in.w + x.high, (1.0 - y.share) * x.share);
      visit(out, Index{y.high} * in.w + x.low, y.share * (1.0 - x.share));
      visit(out, Index{y.high} * in.w + x.high, y.share * x.share);
    }
  }
}

template <class Visit>
void for_each_nearest_pair(const Shape& in, int factor, const Visit& visit) noexcept {
  Index out = 0;
  for (int r = 0; r < in.h * factor; ++r) {
    for (int q = 0; q < in.w * factor; ++q, ++out) visit(out, Index{r / factor} * in.w + q / factor, 1.0);
  }
}

template <class Visit>
void for_each_upsample_pair(const Shape& in, int factor, bool bilinear, const Visit& visit) noexcept {
  if (bilinear) return for_each_bilinear_pair(in, factor, visit);
  return for_each_nearest_pair(in, factor, visit);
}

template <class T>
void upsample_forward(const Shape& in, int factor, bool bilinear, const T* x, T* y) noexcept {
  std::fill_n(y, static_cast<Index>(in.size()) * factor * factor, T(0));
  for_each_upsample_pair(in, factor, bilinear, [&](Index out, Index pixel, double weight) {
    Row<T>(y + out * in.c, in.c) += static_cast<T>(weight) * ConstRow<T>(x + pixel * in.c, in.c);
  });
}

template <class T>
void upsample_backward(const Shape& in, int factor, bool bilinear, const T* dy, T* dx, T beta) noexcept {
  if (beta == T(0)) std::fill_n(dx, in.size(), T(0));
  for_each_upsample_pair(in, factor, bilinear, [&](Index out, Index pixel, double weight) {
    Row<T>(dx + pixel * in.c, in.c) += static_cast<T>(weight) * ConstRow<T>(dy + out * in.c, in.c);
  });
}

}  // namespace fpcpu::kernels::eigen
