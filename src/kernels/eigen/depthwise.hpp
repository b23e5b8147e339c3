// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "kernels/eigen/activation.hpp"
#include "kernels/eigen/windows.hpp"

/// Depthwise convolution, multiplier 1: every channel has its own kh x kw filter.
///   forward            y[p]   = sum over taps of x[in(p, tap)] * w[tap]
///   data gradient      dx[in] += dy[p] * w[tap]
///   weight gradient    dw[tap] += dy[p] * x[in]
/// All products are over the channels of a pixel.
namespace fpcpu::kernels::eigen {

[[nodiscard]] inline std::size_t depthwise_scratch_size(const ConvShape&) noexcept { return 0; }

template <class T>
void depthwise_forward(const ConvShape& s, const ConvForward<T>& a) noexcept {
  MatrixMap<T> y(a.y, Index{a.row_end - a.row_begin} * s.ow, s.c);
  if (a.bias != nullptr) {
    y.rowwise() = ConstRow<T>(a.bias, s.c).matrix();
  } else {
    y.setZero();
  }
  for_each_tap(s, a.row_begin, a.row_end, [&](Index out, Index tap, Index in) {
    if (in < 0) return;
    Row<T>(a.y + out * s.c, s.c) += ConstRow<T>(a.x + in * s.c, s.c) * ConstRow<T>(a.w + tap * s.c, s.c);
  });
  if (a.activation.kind != Activation::none) {
    activation_forward(a.activation, a.y, a.y, static_cast<std::size_t>(y.size()));
  }
}

template <class T>
void depthwise_backward_data(const ConvShape& s, const ConvBackwardData<T>& a) noexcept {
  if (a.beta == T(0)) std::fill_n(a.dx, Index{s.h} * s.w * s.c, T(0));
  for_each_tap(s, 0, s.oh, [&](Index out, Index tap, Index in) {
    if (in < 0) return;
    Row<T>(a.dx + in * s.c, s.c) += ConstRow<T>(a.dy + out * s.c, s.c) * ConstRow<T>(a.w + tap * s.c, s.c);
  });
}

template <class T>
void depthwise_backward_weights(const ConvShape& s, const ConvBackwardWeights<T>& a) noexcept {
  if (a.beta == T(0)) std::fill_n(a.dw, Index{s.kh} * s.kw * s.c, T(0));
  for_each_tap(s, 0, s.oh, [&](Index out, Index tap, Index in) {
    if (in < 0) return;
    Row<T>(a.dw + tap * s.c, s.c) += ConstRow<T>(a.x + in * s.c, s.c) * ConstRow<T>(a.dy + out * s.c, s.c);
  });
  if (a.db == nullptr) return;
  Row<T> db(a.db, s.c);
  if (a.beta == T(0)) db.setZero();
  db += ConstMatrixMap<T>(a.dy, Index{s.oh} * s.ow, s.c).colwise().sum().array();
}

}  // namespace fpcpu::kernels::eigen
