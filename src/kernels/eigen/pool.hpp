// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "kernels/eigen/windows.hpp"

/// Average and maximum over windows of one image.
namespace fpcpu::kernels::eigen {

template <class T>
void average_pool_forward(const PoolShape& s, const T* x, T* y) noexcept {
  const T share = T(1) / static_cast<T>(s.window * s.window);
  std::fill_n(y, Index{s.oh} * s.ow * s.c, T(0));
  for_each_tap(as_windows(s), 0, s.oh, [&](Index out, Index, Index in) {
    if (in >= 0) Row<T>(y + out * s.c, s.c) += share * ConstRow<T>(x + in * s.c, s.c);
  });
}

template <class T>
void average_pool_backward(const PoolShape& s, const T* dy, T* dx, T beta) noexcept {
  const T share = T(1) / static_cast<T>(s.window * s.window);
  if (beta == T(0)) std::fill_n(dx, Index{s.h} * s.w * s.c, T(0));
  for_each_tap(as_windows(s), 0, s.oh, [&](Index out, Index, Index in) {
    if (in >= 0) Row<T>(dx + in * s.c, s.c) += share * ConstRow<T>(dy + out * s.c, s.c);
  });
}

/// Maximum over each window of value(input pixel, channel); the first maximum in row-major window order wins.
template <class T, class Value>
void max_over_windows(const PoolShape& s, const Value& value, T* y, std::uint8_t* argmax) noexcept {
  Index current = -1;
  for_each_tap(as_windows(s), 0, s.oh, [&](Index out, Index tap, Index in) {
    if (in < 0) return;
    const bool first = out != current;
    current = out;
    for (int c = 0; c < s.c; ++c) {
      const T v = value(in, c);
      if (!first && !(v > y[out * s.c + c])) continue;
      y[out * s.c + c] = v;
      if (argmax != nullptr) argmax[out * s.c + c] = static_cast<std::uint8_t>(tap);
    }
  });
}

/// Calls visit(output element, input element, channel) for the winner of every window and channel.
template <class Visit>
void for_each_winner(const PoolShape& s, const std::uint8_t* argmax, const Visit& visit) noexcept {
  Index out = 0;
  for (int r = 0; r < s.oh; ++r) {
    for (int q = 0; q < s.ow; ++q) {
      for (int c = 0; c < s.c; ++c, ++out) {
        const Index y = r * s.stride - s.pad + argmax[out] / s.window;
        const Index x = q * s.stride - s.pad + argmax[out] % s.window;
        visit(out, (y * s.w + x) * s.c + c, c);
      }
    }
  }
}

template <class T>
void max_pool_forward(const PoolShape& s, const T* x, T* y, std::uint8_t* argmax) noexcept {
  max_over_windows(
      s, [&](Index in, int c) { return x[in * s.c + c]; }, y, argmax);
}

template <class T>
void max_pool_backward(const PoolShape& s, const T* dy, const std::uint8_t* argmax, T* dx, T beta) noexcept {
  if (beta == T(0)) std::fill_n(dx, Index{s.h} * s.w * s.c, T(0));
  for_each_winner(s, argmax, [&](Index out, Index in, int) { dx[in] += dy[out]; });
}

}  // namespace fpcpu::kernels::eigen
