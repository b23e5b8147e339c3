// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>

#include "kernels/eigen/activation.hpp"
#include "kernels/eigen/maps.hpp"

/// Winograd's F(m x m, 3x3) with rounded factors: everything in double, but transformed tiles and filters, the factors
/// of its products, are rounded to bfloat16. For 3x3 filters with stride, dilation and groups 1:
///   forward           Y  = A^T [ sum over c of round(B^T d B) * round(G g G^T) ] A     for m x m outputs
///   data gradient     the same with dy for x, the filter turned around and the border 2 - pad
///   weight gradient   dg = G^T [ sum over tiles of round(B^T d B) * round(A dY A^T) ] G
/// Tiles begin at outputs whose row and column are multiples of m; beyond the border everything is zero.
namespace fpcpu::kernels::eigen::bf16 {

[[nodiscard]] inline double rounded(double v) noexcept {
  return static_cast<double>(to_float(to_bf16(static_cast<float>(v))));
}

/// m of the F(m x m, 3x3) that a shape is computed with, 0 for the plain sum.
[[nodiscard]] inline int winograd_size(const ConvShape& s) noexcept {
  const bool applies =
      s.kh == 3 && s.kw == 3 && s.stride == 1 && s.dilation == 1 && s.groups == 1 && s.pad_h <= 2 && s.pad_w <= 2;
  if (!applies) return 0;
  return s.algorithm == ConvAlgorithm::winograd2_bf16 ? 2 : s.algorithm == ConvAlgorithm::winograd4_bf16 ? 4 : 0;
}

/// A tile or one of the maps: at most 6x6.
using Small = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor, 6, 6>;

/// The maps of one dimension. A^T and G evaluate polynomials at m + 1 points, by rows or columns [1, p, p^2, ...], and
/// at infinity, by the last coefficient; B^T interpolates: its row i is the polynomial that is zero at all points but
/// the i-th. What that should be divided by, G is.
struct Maps {
  Small bt, g, at;

  explicit Maps(int m) noexcept : bt(m + 2, m + 2), g(m + 2, 3), at(m, m + 2) {
    constexpr std::array<double, 3> kTwo = {0.0, 1.0, -1.0};
    constexpr std::array<double, 5> kFour = {0.0, 0.625, -0.625, 1.5, -1.5};
    const double* points = m == 2 ? kTwo.data() : kFour.data();
    const int count = m + 1;
    bt.setZero(), g.setZero(), at.setZero();
    g(count, 2) = at(m - 1, count) = 1.0;
    for (int i = 0; i <= count; ++i) {
      double distances = 1.0;
      bt(i, 0) = 1.0;
      int degree = 0;
      for (int j = 0; j < count; ++j) {
        if (i == j) continue;
        ++degree;
        for (int k = degree; k >= 0; --k) bt(i, k) = (k > 0 ? bt(i, k - 1) : 0.0) - points[j] * bt(i, k);
        if (i < count) distances *= points[i] - points[j];
      }
      if (i == count) break;
      for (int j = 0; j < 3; ++j) g(i, j) = std::pow(points[i], j) / distances;
      for (int j = 0; j < m; ++j) at(j, i) = std::pow(points[i], j);
    }
  }
};

/// One image and the border that tiles begin in.
struct Image {
  const double* at;
  int h, w, c;
  int pad_h, pad_w;
};

/// planes[position][tile][channel] = round(map D map^T), where D is what a tile sees of the image.
inline void transform_tiles(const Small& map, int m, const Image& in, Index rows, Index columns,
                            double* planes) noexcept {
  const Index size = map.cols();
  const Index plane = rows * columns * in.c;
  Small pixels(size, size);
  for (Index tile = 0; tile < rows * columns; ++tile) {
    const Index row = tile / columns * m - in.pad_h;
    const Index column = tile % columns * m - in.pad_w;
    for (int c = 0; c < in.c; ++c) {
      for (Index i = 0; i < size; ++i) {
        for (Index j = 0; j < size; ++j) {
          const Index y = row + i;
          const Index x = column + j;
          const bool inside = y >= 0 && y < in.h && x >= 0 && x < in.w;
          pixels(i, j) = inside ? in.at[(y * in.w + x) * in.c + c] : 0.0;
        }
      }
      const Small result = map * pixels * map.transpose();
      for (Index p = 0; p < result.size(); ++p) planes[p * plane + tile * in.c + c] = rounded(result.data()[p]);
    }
  }
}

/// planes[position][in][out] = round(G g G^T): `turned` is the filter of the data gradient.
inline void transform_filters(const Small& g, const ConvShape& s, const double* w, bool turned,
                              double* planes) noexcept {
  Small filter(3, 3);
  for (int c = 0; c < s.c; ++c) {
    for (int k = 0; k < s.k; ++k) {
      for (int t = 0; t < 9; ++t) filter.data()[turned ? 8 - t : t] = w[(Index{t} * s.c + c) * s.k + k];
      const Small result = g * filter * g.transpose();
      const Index at = turned ? Index{k} * s.c + c : Index{c} * s.k + k;
      for (Index p = 0; p < result.size(); ++p) planes[p * s.c * s.k + at] = rounded(result.data()[p]);
    }
  }
}

[[nodiscard]] inline Index tiles_along(int size, int m) noexcept { return (size + m - 1) / m; }

/// The most doubles that a pass keeps: the planes of one image's tiles and of the filters.
[[nodiscard]] inline Index winograd_scratch_size(const ConvShape& s) noexcept {
  const int m = winograd_size(s);
  if (m == 0) return 0;
  const Index tiles = tiles_along(std::max(s.oh, s.h), m) * tiles_along(std::max(s.ow, s.w), m);
  return (m + 2) * (m + 2) * (tiles * (s.c + s.k) + Index{s.c} * s.k);
}

/// out(row, column, channel) is visited with the sum of its tile, for rows and columns of an image of h x w.
template <class Visit>
void winograd_sums(const Maps& maps, int m, const Image& in, const double* filters, int h, int w, int out_c,
                   double* scratch, const Visit& visit) noexcept {
  const Index rows = tiles_along(h, m);
  const Index columns = tiles_along(w, m);
  const Index tiles = rows * columns;
  const Index positions = maps.bt.size();
  transform_tiles(maps.bt, m, in, rows, columns, scratch);
  double* products = scratch + positions * tiles * in.c;
  for (Index p = 0; p < positions; ++p) {
    MatrixMap<double>(products + p * tiles * out_c, tiles, out_c).noalias() =
        ConstMatrixMap<double>(scratch + p * tiles * in.c, tiles, in.c) *
        ConstMatrixMap<double>(filters + p * in.c * out_c, in.c, out_c);
  }
  Small sums(m + 2, m + 2);
  for (Index tile = 0; tile < tiles; ++tile) {
    for (int k = 0; k < out_c; ++k) {
      for (Index p = 0; p < positions; ++p) sums.data()[p] = products[(p * tiles + tile) * out_c + k];
      const Small result = maps.at * sums * maps.at.transpose();
      for (Index i = 0; i < m; ++i) {
        for (Index j = 0; j < m; ++j) {
          const Index row = tile / columns * m + i;
          const Index column = tile % columns * m + j;
          if (row < h && column < w) visit(row, column, k, result(i, j));
        }
      }
    }
  }
}

inline void winograd_forward(const ConvShape& s, const ConvForward<double>& a) noexcept {
  const int m = winograd_size(s);
  const Maps maps(m);
  transform_filters(maps.g, s, a.w, false, a.scratch);
  double* scratch = a.scratch + maps.bt.size() * s.c * s.k;
  for (Index image = 0; image < s.n; ++image) {
    const Image in{a.x + image * s.h * s.w * s.c, s.h, s.w, s.c, s.pad_h, s.pad_w};
    double* y = a.y + image * (a.row_end - a.row_begin) * s.ow * s.k;
    winograd_sums(maps, m, in, a.scratch, s.oh, s.ow, s.k, scratch, [&](Index row, Index column, int k, double sum) {
      if (row < a.row_begin || row >= a.row_end) return;
      double& value = y[((row - a.row_begin) * s.ow + column) * s.k + k];
      value = (a.add ? value : 0.0) + sum + (a.bias != nullptr ? a.bias[k] : 0.0);
      activation_forward(a.activation, &value, &value, 1);
    });
  }
}

inline void winograd_backward_data(const ConvShape& s, const ConvBackwardData<double>& a) noexcept {
  const int m = winograd_size(s);
  const Maps maps(m);
  transform_filters(maps.g, s, a.w, true, a.scratch);
  double* scratch = a.scratch + maps.bt.size() * s.c * s.k;
  for (Index image = 0; image < s.n; ++image) {
    const Image in{a.dy + image * s.oh * s.ow * s.k, s.oh, s.ow, s.k, 2 - s.pad_h, 2 - s.pad_w};
    double* dx = a.dx + image * s.h * s.w * s.c;
    winograd_sums(maps, m, in, a.scratch, s.h, s.w, s.c, scratch, [&](Index row, Index column, int c, double sum) {
      double& value = dx[(row * s.w + column) * s.c + c];
      value = (a.beta == 0.0 ? 0.0 : value) + sum;
    });
  }
}

/// dw only.
inline void winograd_backward_weights(const ConvShape& s, const ConvBackwardWeights<double>& a) noexcept {
  const int m = winograd_size(s);
  const Maps maps(m);
  const Index rows = tiles_along(s.oh, m);
  const Index columns = tiles_along(s.ow, m);
  const Index tiles = rows * columns;
  const Index positions = maps.bt.size();
  const Index weights = Index{s.c} * s.k;
  double* sums = a.scratch;
  double* inputs = sums + positions * weights;
  double* gradients = inputs + positions * tiles * s.c;
  std::fill_n(sums, positions * weights, 0.0);
  for (Index image = 0; image < s.n; ++image) {
    const Image x{a.x + image * s.h * s.w * s.c, s.h, s.w, s.c, s.pad_h, s.pad_w};
    const Image dy{a.dy + image * s.oh * s.ow * s.k, s.oh, s.ow, s.k, 0, 0};
    transform_tiles(maps.bt, m, x, rows, columns, inputs);
    transform_tiles(maps.at.transpose(), m, dy, rows, columns, gradients);
    for (Index p = 0; p < positions; ++p) {
      MatrixMap<double>(sums + p * weights, s.c, s.k).noalias() +=
          ConstMatrixMap<double>(inputs + p * tiles * s.c, tiles, s.c).transpose() *
          ConstMatrixMap<double>(gradients + p * tiles * s.k, tiles, s.k);
    }
  }
  Small sum(m + 2, m + 2);
  for (Index i = 0; i < weights; ++i) {
    for (Index p = 0; p < positions; ++p) sum.data()[p] = sums[p * weights + i];
    const Small result = maps.g.transpose() * sum * maps.g;
    for (Index t = 0; t < 9; ++t) {
      double& value = a.dw[t * weights + i];
      value = (a.beta == 0.0 ? 0.0 : value) + result.data()[t];
    }
  }
}

}  // namespace fpcpu::kernels::eigen::bf16
