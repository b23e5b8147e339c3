// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/eigen/maps.hpp"

/// y = x > 0 ? x : slope[c] * x, over `pixels` rows of `channels`.
namespace fpcpu::kernels::eigen {

template <class T>
void prelu_forward(const T* x, const T* slope, Index pixels, Index channels, T* y) noexcept {
  for (Index p = 0; p < pixels; ++p, x += channels, y += channels) {
    for (Index c = 0; c < channels; ++c) y[c] = x[c] > T(0) ? x[c] : slope[c] * x[c];
  }
}

/// dx = beta * dx + dy * (x > 0 ? 1 : slope[c])
template <class T>
void prelu_backward_data(const T* x, const T* slope, const T* dy, Index pixels, Index channels, T* dx,
                         T beta) noexcept {
  for (Index p = 0; p < pixels; ++p, x += channels, dy += channels, dx += channels) {
    for (Index c = 0; c < channels; ++c) {
      const T g = x[c] > T(0) ? dy[c] : dy[c] * slope[c];
      dx[c] = beta == T(0) ? g : beta * dx[c] + g;
    }
  }
}

/// dslope[c] = sum of dy * min(x, 0)
template <class T>
void prelu_backward_slope(const T* x, const T* dy, Index pixels, Index channels, T* dslope) noexcept {
  Row<T>(dslope, channels).setZero();
  for (Index p = 0; p < pixels; ++p, x += channels, dy += channels) {
    for (Index c = 0; c < channels; ++c) dslope[c] += x[c] > T(0) ? T(0) : dy[c] * x[c];
  }
}

}  // namespace fpcpu::kernels::eigen
