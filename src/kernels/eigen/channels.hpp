// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/eigen/maps.hpp"

namespace fpcpu::kernels::eigen {

/// y[p][0..channels) = beta * y + x[p][0..channels) over pixels whose rows are x_step and y_step apart: moving channels
/// between maps of different width.
template <class T>
void accumulate_channels(const T* x, Index x_step, T* y, Index y_step, Index pixels, Index channels, T beta) noexcept {
  for (Index p = 0; p < pixels; ++p) {
    Row<T> row(y + p * y_step, channels);
    if (beta == T(0)) row.setZero();
    row += ConstRow<T>(x + p * x_step, channels);
  }
}

}  // namespace fpcpu::kernels::eigen
