// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "kernels/eigen/activation.hpp"
#include "kernels/eigen/maps.hpp"
#include "kernels/row_tree.hpp"

/// Sums and copies over flat memory.
namespace fpcpu::kernels::eigen {

template <class T>
void accumulate(const T* x, T* y, T beta, std::size_t n) noexcept {
  const Index size = static_cast<Index>(n);
  Row<T> out(y, size);
  if (beta == T(0)) {
    out = ConstRow<T>(x, size);
  } else {
    out = beta * out + ConstRow<T>(x, size);
  }
}

template <class T>
void add(const T* a, const T* b, ActivationSpec spec, T* y, std::size_t n) noexcept {
  const T slope = static_cast<T>(spec.slope);
  with_activation(spec.kind, [&](auto kind) {
    for (std::size_t i = 0; i < n; ++i) y[i] = activate<kind()>(a[i] + b[i], slope);
  });
}

template <class T>
void sum_rows(const T* rows, std::size_t stride, int count, T* out, std::size_t n) noexcept {
  sum_in_tree<1>(count, out, n, [&](int row, int present, std::size_t at, std::size_t size, T* to) {
    if (present == 0) {
      std::fill_n(to, size, T(0));
    } else {
      std::copy_n(rows + static_cast<std::size_t>(row) * stride + at, size, to);
    }
  });
}

/// Of channels [begin, end).
template <class T>
void channel_sums(const T* x, std::size_t rows, int c, Index begin, Index end, double* sums) noexcept {
  Row<double> sum(sums + begin, end - begin);
  Row<double> squares(sums + c + begin, end - begin);
  for (std::size_t r = 0; r < rows; ++r) {
    const ConstRow<T> row(x + r * static_cast<std::size_t>(c) + begin, end - begin);
    sum += row.template cast<double>();
    squares += row.template cast<double>().square();
  }
}

template <class T>
void channel_sums(const T* x, std::size_t rows, int c, double* sums) noexcept {
  channel_sums(x, rows, c, 0, c, sums);
}

}  // namespace fpcpu::kernels::eigen
