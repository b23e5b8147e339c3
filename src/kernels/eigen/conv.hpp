// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "kernels/eigen/activation.hpp"
#include "kernels/eigen/elementwise.hpp"
#include "kernels/eigen/windows.hpp"

/// Convolution of n images, one by one, as im2col and one matrix product per group:
///   forward            Y  = cols(X) W          pixels x k
///   data gradient      cols(dX) = dY W^T       summed back into the image
///   weight gradient    dW = cols(X)^T dY       (kh kw c/groups) x k
/// A block of output rows is handled at a time, so that the columns stay in the cache.
namespace fpcpu::kernels::eigen {

[[nodiscard]] inline int conv_block_rows(const ConvShape& s) noexcept { return std::clamp(512 / s.ow, 1, s.oh); }

[[nodiscard]] inline Index conv_depth(const ConvShape& s) noexcept { return Index{s.kh} * s.kw * (s.c / s.groups); }

[[nodiscard]] inline ConvAlgorithm conv_algorithm(const ConvShape&, ConvPass) noexcept { return ConvAlgorithm::direct; }

/// Nothing is repacked: the reference reads w as it is.
[[nodiscard]] inline std::size_t conv_packed_size(const ConvShape&, ConvPass) noexcept { return 0; }

template <class T>
void conv_pack(const ConvShape&, ConvPass, const T*, T*) noexcept {}

/// The columns of one block and one group.
[[nodiscard]] inline std::size_t conv_scratch_size(const ConvShape& s, ConvPass) noexcept {
  return static_cast<std::size_t>(conv_block_rows(s) * s.ow * conv_depth(s));
}

/// Row p of `cols` is what the filter sees at output pixel p of the rows [row_begin, row_end): kh, kw, c/groups.
template <class T>
void im2col(const ConvShape& s, int group, int row_begin, int row_end, const T* x, T* cols) noexcept {
  const Index depth = s.c / s.groups;
  for_each_tap(s, row_begin, row_end, [&](Index out, Index tap, Index in) {
    T* strip = cols + (out * s.kh * s.kw + tap) * depth;
    if (in < 0) {
      std::fill_n(strip, depth, T(0));
    } else {
      std::copy_n(x + in * s.c + group * depth, depth, strip);
    }
  });
}

/// The channels of each group that a call works on.
struct Channels {
  Index first, count;
};
[[nodiscard]] inline Channels channels_of(const ChannelRange& range, int all) noexcept {
  return {range.begin, (range.end > 0 ? range.end : all) - range.begin};
}

/// The adjoint: adds every column entry of these channels to the input pixel it was read from.
template <class T>
void col2im(const ConvShape& s, int group, Channels channels, int row_begin, int row_end, const T* cols,
            T* dx) noexcept {
  const Index depth = s.c / s.groups;
  for_each_tap(s, row_begin, row_end, [&](Index out, Index tap, Index in) {
    if (in < 0) return;
    Row<T>(dx + in * s.c + group * depth + channels.first, channels.count) +=
        ConstRow<T>(cols + (out * s.kh * s.kw + tap) * depth + channels.first, channels.count);
  });
}

/// Calls body(group, first row, last row, pixels in these rows) for every block of [row_begin, row_end).
template <class Body>
void for_each_conv_block(const ConvShape& s, int row_begin, int row_end, const Body& body) noexcept {
  const int step = conv_block_rows(s);
  for (int r = row_begin; r < row_end; r += step) {
    const int end = std::min(r + step, row_end);
    for (int g = 0; g < s.groups; ++g) body(g, r, end, Index{end - r} * s.ow);
  }
}

template <class T>
void conv_forward(const ConvShape& s, const ConvForward<T>& a) noexcept {
  const Index depth = conv_depth(s);
  const Index kg = s.k / s.groups;
  const Channels channels = channels_of(a.channels, s.k / s.groups);
  const Index first = channels.first;
  const Index count = channels.count;
  const Index pixels_of_image = Index{a.row_end - a.row_begin} * s.ow;
  const ConstMatrixMap<T> w(a.w, depth, s.k);
  MatrixMap<T> y(a.y, s.n * pixels_of_image, s.k);
  for (Index image = 0; image < s.n; ++image) {
    const T* x = a.x + image * s.h * s.w * s.c;
    for_each_conv_block(s, a.row_begin, a.row_end, [&](int g, int begin, int end, Index pixels) {
      im2col(s, g, begin, end, x, a.scratch);
      auto part = y.block(image * pixels_of_image + Index{begin - a.row_begin} * s.ow, g * kg + first, pixels, count);
      if (!a.add) part.setZero();
      part.noalias() += ConstMatrixMap<T>(a.scratch, pixels, depth) * w.middleCols(g * kg + first, count);
    });
  }
  const Index columns = s.groups == 1 ? count : s.k;
  if (a.bias != nullptr) y.middleCols(first, columns).rowwise() += ConstRow<T>(a.bias + first, columns).matrix();
  for (Index row = 0; a.activation.kind != Activation::none && row < y.rows(); ++row) {
    T* values = a.y + row * s.k + first;
    activation_forward(a.activation, values, values, static_cast<std::size_t>(columns));
  }
  if (a.sums != nullptr) channel_sums(a.y, static_cast<std::size_t>(y.rows()), s.k, first, first + columns, a.sums);
}

template <class T>
void conv_backward_data(const ConvShape& s, const ConvBackwardData<T>& a) noexcept {
  const Index depth = conv_depth(s);
  const Index kg = s.k / s.groups;
  const ConstMatrixMap<T> w(a.w, depth, s.k);
  for (Index image = 0; image < s.n; ++image) {
    const ConstMatrixMap<T> dy(a.dy + image * s.oh * s.ow * s.k, Index{s.oh} * s.ow, s.k);
    T* dx = a.dx + image * s.h * s.w * s.c;
    const Channels channels = channels_of(a.channels, s.c / s.groups);
    const Index columns = s.groups == 1 ? channels.count : s.c;
    if (a.beta == T(0)) MatrixMap<T>(dx, Index{s.h} * s.w, s.c).middleCols(channels.first, columns).setZero();
    for_each_conv_block(s, 0, s.oh, [&](int g, int begin, int end, Index pixels) {
      MatrixMap<T>(a.scratch, pixels, depth).noalias() =
          dy.block(Index{begin} * s.ow, g * kg, pixels, kg) * w.middleCols(g * kg, kg).transpose();
      col2im(s, g, channels, begin, end, a.scratch, dx);
    });
  }
}

template <class T>
void conv_backward_weights(const ConvShape& s, const ConvBackwardWeights<T>& a) noexcept {
  const Index depth = conv_depth(s);
  const Index kg = s.k / s.groups;
  const Channels channels = channels_of(a.channels, s.k / s.groups);
  const Index columns = s.groups == 1 ? channels.count : s.k;
  MatrixMap<T> dw(a.dw, depth, s.k);
  if (a.beta == T(0)) dw.middleCols(channels.first, columns).setZero();
  for (Index image = 0; image < s.n; ++image) {
    const T* x = a.x + image * s.h * s.w * s.c;
    const ConstMatrixMap<T> dy(a.dy + image * s.oh * s.ow * s.k, Index{s.oh} * s.ow, s.k);
    for_each_conv_block(s, 0, s.oh, [&](int g, int begin, int end, Index pixels) {
      im2col(s, g, begin, end, x, a.scratch);
      const Index first = g * kg + channels.first;
      dw.middleCols(first, channels.count).noalias() += ConstMatrixMap<T>(a.scratch, pixels, depth).transpose() *
                                                        dy.block(Index{begin} * s.ow, first, pixels, channels.count);
    });
  }
  if (a.db == nullptr) return;
  Row<T> db(a.db + channels.first, columns);
  if (a.beta == T(0)) db.setZero();
  const ConstMatrixMap<T> dy(a.dy, Index{s.n} * s.oh * s.ow, s.k);
  db += dy.middleCols(channels.first, columns).colwise().sum().array();
}

}  // namespace fpcpu::kernels::eigen
