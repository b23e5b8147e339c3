// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "kernels/eigen/conv.hpp"
#include "kernels/eigen/dense.hpp"
#include "kernels/eigen/winograd_bf16.hpp"

/// What bfloat16 means: the factors of a convolution's or a dense layer's products are rounded to nearest even,
/// products and sums are double, results float. Biases, activations and what a result is added to are not rounded, nor
/// is the gradient of a bias. `ConvShape::algorithm` is taken at its word, because it decides which numbers are
/// factors: those of `direct_bf16` are the tensors themselves, those of Winograd are transformed tiles;
/// the algorithms without bf16 in their names round nothing and are the fp32 definition.
namespace fpcpu::kernels::eigen::bf16 {

[[nodiscard]] inline bool rounds(ConvAlgorithm algorithm) noexcept {
  return algorithm == ConvAlgorithm::best || algorithm >= ConvAlgorithm::direct_bf16;
}

[[nodiscard]] inline ConvAlgorithm conv_algorithm(const ConvShape& s, ConvPass pass) noexcept {
  if (!rounds(s.algorithm)) return eigen::conv_algorithm(s, pass);
  return winograd_size(s) > 0 ? s.algorithm : ConvAlgorithm::direct_bf16;
}

/// Doubles in a kernel's scratch, handed out one after the other.
class Wide {
 public:
  explicit Wide(float* scratch) noexcept : next_(reinterpret_cast<double*>(scratch)) {}
  [[nodiscard]] double* take(Index n) noexcept { return std::exchange(next_, next_ + n); }
  [[nodiscard]] double* copy(const float* from, Index n) noexcept {
    if (from == nullptr) return nullptr;
    double* to = take(n);
    std::copy_n(from, n, to);
    return to;
  }
  [[nodiscard]] double* factors(const float* from, Index n) noexcept {
    double* to = take(n);
    std::transform(from, from + n, to, [](float v) { return rounded(static_cast<double>(v)); });
    return to;
  }
  /// As the algorithm of a convolution takes them: Winograd rounds what it has made of them.
  [[nodiscard]] double* factors(const ConvShape& s, const float* from, Index n) noexcept {
    return winograd_size(s) > 0 ? copy(from, n) : factors(from, n);
  }

 private:
  double* next_;
};

/// Floats that n doubles take.
[[nodiscard]] constexpr Index floats_of(Index n) noexcept { return 2 * n; }

struct ConvSizes {
  Index x, w, y;
  explicit ConvSizes(const ConvShape& s) noexcept
      : x(Index{s.n} * s.h * s.w * s.c), w(conv_depth(s) * s.k), y(Index{s.n} * s.oh * s.ow * s.k) {}
};

/// All tensors, the bias, and what the algorithms need of their own.
[[nodiscard]] inline std::size_t conv_scratch_size(const ConvShape& s, ConvPass pass) noexcept {
  const ConvSizes size(s);
  const Index own = std::max(static_cast<Index>(eigen::conv_scratch_size(s, pass)), winograd_scratch_size(s));
  return static_cast<std::size_t>(floats_of(size.x + size.w + size.y + s.k + own));
}

/// Columns [first, first + count) of a matrix.
inline void take_columns(const double* from, Index rows, Index columns, Channels range, float* to) noexcept {
  MatrixMap<float>(to, rows, columns).middleCols(range.first, range.count) =
      ConstMatrixMap<double>(from, rows, columns).middleCols(range.first, range.count).cast<float>();
}
[[nodiscard]] inline Channels columns_of(const ConvShape& s, const ChannelRange& range, int all) noexcept {
  return s.groups == 1 ? channels_of(range, all) : Channels{0, all};
}

inline void conv_forward(const ConvShape& s, const ConvForward<float>& a) noexcept {
  if (!rounds(s.algorithm)) return eigen::conv_forward(s, a);
  const ConvSizes size(s);
  const Index rows = Index{s.n} * (a.row_end - a.row_begin) * s.ow;
  Wide wide(a.scratch);
  ConvForward<double> d{.bias = wide.copy(a.bias, s.k),
                        .activation = a.activation,
                        .add = a.add,
                        .row_begin = a.row_begin,
                        .row_end = a.row_end,
                        .channels = a.channels,
                        .y = wide.copy(a.y, rows * s.k)};
  d.x = wide.factors(s, a.x, size.x), d.w = wide.factors(s, a.w, size.w), d.scratch = wide.take(0);
  if (winograd_size(s) > 0) {
    winograd_forward(s, d);
  } else {
    eigen::conv_forward(s, d);
  }
  const Channels columns = columns_of(s, a.channels, s.k);
  take_columns(d.y, rows, s.k, columns, a.y);
  if (a.sums == nullptr) return;
  channel_sums(a.y, static_cast<std::size_t>(rows), s.k, columns.first, columns.first + columns.count, a.sums);
}

inline void conv_backward_data(const ConvShape& s, const ConvBackwardData<float>& a) noexcept {
  if (!rounds(s.algorithm)) return eigen::conv_backward_data(s, a);
  const ConvSizes size(s);
  Wide wide(a.scratch);
  ConvBackwardData<double> d{
      .channels = a.channels, .dx = wide.copy(a.dx, size.x), .beta = static_cast<double>(a.beta)};
  d.dy = wide.factors(s, a.dy, size.y), d.w = wide.factors(s, a.w, size.w), d.scratch = wide.take(0);
  if (winograd_size(s) > 0) {
    winograd_backward_data(s, d);
  } else {
    eigen::conv_backward_data(s, d);
  }
  take_columns(d.dx, Index{s.n} * s.h * s.w, s.c, columns_of(s, a.channels, s.c), a.dx);
}

inline void conv_backward_weights(const ConvShape& s, const ConvBackwardWeights<float>& a) noexcept {
  if (!rounds(s.algorithm)) return eigen::conv_backward_weights(s, a);
  const ConvSizes size(s);
  const Channels columns = columns_of(s, a.channels, s.k);
  Wide wide(a.scratch);
  ConvBackwardWeights<double> d{
      .channels = a.channels, .dw = wide.copy(a.dw, size.w), .beta = static_cast<double>(a.beta)};
  d.x = wide.factors(s, a.x, size.x), d.dy = wide.factors(s, a.dy, size.y), d.scratch = wide.take(0);
  if (winograd_size(s) > 0) {
    winograd_backward_weights(s, d);
  } else {
    eigen::conv_backward_weights(s, d);
  }
  take_columns(d.dw, conv_depth(s), s.k, columns, a.dw);
  if (a.db == nullptr) return;
  Row<float> db(a.db + columns.first, columns.count);
  if (a.beta == 0.0F) db.setZero();
  const ConstMatrixMap<float> dy(a.dy, Index{s.n} * s.oh * s.ow, s.k);
  db += dy.middleCols(columns.first, columns.count).cast<double>().colwise().sum().array().cast<float>();
}

[[nodiscard]] inline std::size_t dense_scratch_size(const DenseShape& s) noexcept {
  const Index rows = s.rows, inputs = s.inputs, outputs = s.outputs;
  return static_cast<std::size_t>(floats_of(rows * inputs + inputs * outputs + rows * outputs + outputs));
}

inline void dense_forward(const DenseShape& s, const DenseForward<float>& a) noexcept {
  const Index outputs = Index{s.rows} * s.outputs;
  Wide wide(a.scratch);
  const DenseForward<double> d{.x = wide.factors(a.x, Index{s.rows} * s.inputs),
                               .w = wide.factors(a.w, Index{s.inputs} * s.outputs),
                               .bias = wide.copy(a.bias, s.outputs),
                               .activation = a.activation,
                               .begin = a.begin,
                               .end = a.end,
                               .y = wide.take(outputs)};
  eigen::dense_forward(s, d);
  take_columns(d.y, s.rows, s.outputs, {a.begin, a.end - a.begin}, a.y);
}

inline void dense_backward_data(const DenseShape& s, const DenseBackwardData<float>& a) noexcept {
  Wide wide(a.scratch);
  const DenseBackwardData<double> d{.dy = wide.factors(a.dy, Index{s.rows} * s.outputs),
                                    .w = wide.factors(a.w, Index{s.inputs} * s.outputs),
                                    .begin = a.begin,
                                    .end = a.end,
                                    .dx = wide.copy(a.dx, Index{s.rows} * s.inputs),
                                    .beta = static_cast<double>(a.beta)};
  eigen::dense_backward_data(s, d);
  take_columns(d.dx, s.rows, s.inputs, {a.begin, a.end - a.begin}, a.dx);
}

inline void dense_backward_weights(const DenseShape& s, const DenseBackwardWeights<float>& a) noexcept {
  const Index weights = Index{s.inputs} * s.outputs;
  Wide wide(a.scratch);
  const DenseBackwardWeights<double> d{.x = wide.factors(a.x, Index{s.rows} * s.inputs),
                                       .dy = wide.factors(a.dy, Index{s.rows} * s.outputs),
                                       .begin = a.begin,
                                       .end = a.end,
                                       .dw = wide.take(weights)};
  eigen::dense_backward_weights(s, d);
  const Index first = a.begin * Index{s.outputs};
  std::copy(d.dw + first, d.dw + a.end * Index{s.outputs}, a.dw + first);
  if (a.db == nullptr || a.begin != 0) return;
  const ConstMatrixMap<float> dy(a.dy, s.rows, s.outputs);
  Row<float>(a.db, s.outputs) = dy.cast<double>().colwise().sum().array().cast<float>();
}

inline void convert(const float* x, const StoredTarget& to, std::size_t n) noexcept { fpcpu::convert(x, to, n); }

}  // namespace fpcpu::kernels::eigen::bf16
