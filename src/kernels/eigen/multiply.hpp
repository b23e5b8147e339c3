// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/eigen/maps.hpp"

/// y = a * b over `pixels` rows of `channels`. `b_step` is `channels`, or 0 where one row of b scales all pixels.
namespace fpcpu::kernels::eigen {

template <class T>
void multiply_forward(const T* a, const T* b, Index b_step, Index pixels, Index channels, T* y) noexcept {
  for (Index p = 0; p < pixels; ++p) {
    Row<T>(y + p * channels, channels) =
        ConstRow<T>(a + p * channels, channels) * ConstRow<T>(b + p * b_step, channels);
  }
}

/// da = beta * da + dy * b
template <class T>
void multiply_backward_a(const T* dy, const T* b, Index b_step, Index pixels, Index channels, T* da, T beta) noexcept {
  for (Index p = 0; p < pixels; ++p) {
    Row<T> row(da + p * channels, channels);
    if (beta == T(0)) row.setZero();
    row += ConstRow<T>(dy + p * channels, channels) * ConstRow<T>(b + p * b_step, channels);
  }
}

/// db = beta * db + dy * a, summed over the pixels when they share one row of b.
template <class T>
void multiply_backward_b(const T* dy, const T* a, Index b_step, Index pixels, Index channels, T* db, T beta) noexcept {
  for (Index p = 0; p < pixels; ++p) {
    Row<T> row(db + p * b_step, channels);
    if (beta == T(0) && (p == 0 || b_step != 0)) row.setZero();
    row += ConstRow<T>(dy + p * channels, channels) * ConstRow<T>(a + p * channels, channels);
  }
}

}  // namespace fpcpu::kernels::eigen
