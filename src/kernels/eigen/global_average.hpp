// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/eigen/maps.hpp"

/// Mean of every channel over the pixels of one image, and its backward.
namespace fpcpu::kernels::eigen {

template <class T>
void global_average_forward(const T* x, Index pixels, Index channels, T* y) noexcept {
  Row<T> mean(y, channels);
  mean.setZero();
  for (Index p = 0; p < pixels; ++p) mean += ConstRow<T>(x + p * channels, channels);
  mean /= static_cast<T>(pixels);
}

template <class T>
void global_average_backward(const T* dy, Index pixels, Index channels, T* dx, T beta) noexcept {
  const T share = T(1) / static_cast<T>(pixels);
  for (Index p = 0; p < pixels; ++p) {
    Row<T> row(dx + p * channels, channels);
    if (beta == T(0)) row.setZero();
    row += share * ConstRow<T>(dy, channels);
  }
}

}  // namespace fpcpu::kernels::eigen
