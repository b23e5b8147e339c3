// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

/// Views of raw NHWC memory as Eigen matrices and rows, shared by all reference kernels.
namespace fpcpu::kernels::eigen {

using Index = Eigen::Index;

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using MatrixMap = Eigen::Map<Matrix<T>>;
template <class T>
using ConstMatrixMap = Eigen::Map<const Matrix<T>>;

/// The channels of one pixel, or any other run of numbers, with element-wise arithmetic.
template <class T>
using Row = Eigen::Map<Eigen::Array<T, 1, Eigen::Dynamic>>;
template <class T>
using ConstRow = Eigen::Map<const Eigen::Array<T, 1, Eigen::Dynamic>>;

}  // namespace fpcpu::kernels::eigen
