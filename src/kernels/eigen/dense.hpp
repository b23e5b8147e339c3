// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/eigen/activation.hpp"
#include "kernels/eigen/maps.hpp"

/// Y = f(X W + b) and its gradients, a range of columns at a time.
namespace fpcpu::kernels::eigen {

[[nodiscard]] inline std::size_t dense_packed_size(const DenseShape&) noexcept { return 0; }
template <class T>
void dense_pack(const DenseShape&, const T*, T*) noexcept {}

[[nodiscard]] inline std::size_t dense_scratch_size(const DenseShape&) noexcept { return 0; }

template <class T>
void dense_forward(const DenseShape& s, const DenseForward<T>& a) noexcept {
  const Index count = a.end - a.begin;
  MatrixMap<T> y(a.y, s.rows, s.outputs);
  y.middleCols(a.begin, count).noalias() =
      ConstMatrixMap<T>(a.x, s.rows, s.inputs) * ConstMatrixMap<T>(a.w, s.inputs, s.outputs).middleCols(a.begin, count);
  if (a.bias != nullptr) y.middleCols(a.begin, count).rowwise() += ConstRow<T>(a.bias + a.begin, count).matrix();
  if (a.activation.kind == Activation::none) return;
  for (Index r = 0; r < s.rows; ++r) {
    T* row = a.y + r * s.outputs + a.begin;
    activation_forward(a.activation, row, row, static_cast<std::size_t>(count));
  }
}

template <class T>
void dense_backward_data(const DenseShape& s, const DenseBackwardData<T>& a) noexcept {
  const Index count = a.end - a.begin;
  MatrixMap<T> dx(a.dx, s.rows, s.inputs);
  if (a.beta == T(0)) dx.middleCols(a.begin, count).setZero();
  dx.middleCols(a.begin, count).noalias() +=
      ConstMatrixMap<T>(a.dy, s.rows, s.outputs) *
      ConstMatrixMap<T>(a.w + a.begin * Index{s.outputs}, count, s.outputs).transpose();
}

template <class T>
void dense_backward_weights(const DenseShape& s, const DenseBackwardWeights<T>& a) noexcept {
  const Index count = a.end - a.begin;
  const ConstMatrixMap<T> dy(a.dy, s.rows, s.outputs);
  MatrixMap<T>(a.dw + a.begin * Index{s.outputs}, count, s.outputs).noalias() =
      ConstMatrixMap<T>(a.x, s.rows, s.inputs).middleCols(a.begin, count).transpose() * dy;
  if (a.db != nullptr && a.begin == 0) Row<T>(a.db, s.outputs) = dy.colwise().sum().array();
}

}  // namespace fpcpu::kernels::eigen
