// SPDX-License-Identifier: MIT
// Depthwise convolution: one filter per channel, vectors over channels, bound by memory rather than by arithmetic.

#include "kernels/simd/activation.hpp"
#include "kernels/simd/chunk.hpp"
#include "kernels/simd/direct_plan.hpp"
#include "kernels/simd/kernels.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

namespace {

/// Taps [begin, end) of output o that read inside of [0, size).
struct Taps {
  int begin, end;
};
HWY_INLINE Taps taps_inside(const Axis& axis, int o, int size) {
  const int first = axis.first + o * axis.stride;
  Taps t{0, axis.taps};
  while (t.begin < t.end && first + t.begin * axis.step < 0) ++t.begin;
  while (t.end > t.begin && first + (t.end - 1) * axis.step >= size) --t.end;
  return t;
}

/// Neighbouring outputs that are computed for one vector of channels before the next: enough to keep the filter in
/// registers, few enough that their inputs stay in the first-level cache. With 512 channels the pixels are 2 KB apart
/// and fall into two sets of it: with runs of 16 the kernels took twice as long as with runs of 2.
HWY_INLINE int run_length(int channels) { return max_int(2, min_int(16, 1024 / channels)); }

/// body(begin, end, taps) over all outputs of a row, in pieces that use the same taps and are at most `run` long.
template <class Body>
HWY_INLINE void for_same_taps(const Axis& axis, int size, int run, const Body& body) {
  for (int begin = 0, end = 0; begin < axis.outputs; begin = end) {
    const Taps taps = taps_inside(axis, begin, size);
    for (end = begin + 1; end < axis.outputs && end - begin < run; ++end) {
      const Taps next = taps_inside(axis, end, size);
      if (next.begin != taps.begin || next.end != taps.end) break;
    }
    body(begin, end, taps);
  }
}

/// Calls body(Constant<rows>, Constant<cols>) so that the taps are unrolled; false if there are more than 3x3.
template <int R, class Body>
HWY_INLINE bool with_columns(int cols, const Body& body) {
  if (cols == 3) {
    body(Constant<R>{}, Constant<3>{});
  } else if (cols == 2) {
    body(Constant<R>{}, Constant<2>{});
  } else if (cols == 1) {
    body(Constant<R>{}, Constant<1>{});
  } else {
    return false;
  }
  return true;
}
template <class Body>
HWY_INLINE bool with_taps(int rows, int cols, const Body& body) {
  if (rows == 3) return with_columns<3>(cols, body);
  if (rows == 2) return with_columns<2>(cols, body);
  return rows == 1 && with_columns<1>(cols, body);
}

/// The part of a row of outputs that uses the same taps.
struct RowJob {
  const float* in;  // tensor read, at the row and column of output (row, 0) and the first tap
  const float* w;   // the first tap
  const float* bias;
  float* out;
  Index pixel_in, pixel_out;     // between neighbouring outputs
  Index tap_row, tap_col;        // between taps in the input
  Index filter_row, filter_col;  // between taps in the filter
  int rows, cols;                // taps
  bool add;
};

/// out[q] (+)= sum(in at q) for the channels at c. The strides are copied: a vector store may alias anything, and the
/// compiler would read the job again for every output.
template <class Chunk, class Sum>
HWY_INLINE void store_outputs(const RowJob& job, int begin, int end, int c, Chunk chunk, const Sum& sum) {
  const V bias = job.bias == nullptr ? hn::Zero(d) : chunk.load(job.bias + c);
  const Index pixel_in = job.pixel_in;
  const Index pixel_out = job.pixel_out;
  const bool add = job.add;
  const float* in = job.in + begin * pixel_in + c;
  float* out = job.out + begin * pixel_out + c;
  for (int q = begin; q < end; ++q, in += pixel_in, out += pixel_out) {
    const V v = sum(in, bias);
    chunk.store(add ? hn::Add(v, chunk.load(out)) : v, out);
  }
}

template <int R, int C>
void run_taps(const RowJob& job, int channels, int begin, int end) {
  const Index row = job.tap_row;
  const Index col = job.tap_col;
  for_chunks(channels, [&](int c, auto chunk) FPCPU_INLINE {
    V w[R * C];
    unroll<R * C>([&](auto t) FPCPU_INLINE {
      constexpr int kT = decltype(t)::value;
      w[kT] = chunk.load(job.w + (kT / C) * job.filter_row + (kT % C) * job.filter_col + c);
    });
    store_outputs(job, begin, end, c, chunk, [&](const float* in, V bias) FPCPU_INLINE {
      // One chain per filter row: nine dependent additions would be waited for.
      V sum[R];
      unroll<R>([&](auto i) FPCPU_INLINE { sum[decltype(i)::value] = decltype(i)::value == 0 ? bias : hn::Zero(d); });
      unroll<C>([&](auto j) FPCPU_INLINE {
        unroll<R>([&](auto i) FPCPU_INLINE {
          constexpr int kI = decltype(i)::value;
          constexpr int kJ = decltype(j)::value;
          sum[kI] = hn::MulAdd(chunk.load(in + kI * row + kJ * col), w[C * kI + kJ], sum[kI]);
        });
      });
      V total = sum[0];
      unroll<R - 1>([&](auto i) FPCPU_INLINE { total = hn::Add(total, sum[decltype(i)::value + 1]); });
      return total;
    });
  });
}

void run_row(const RowJob& job, int channels, int begin, int end) {
  const bool done = with_taps(job.rows, job.cols, [&](auto rows, auto cols) {
    run_taps<decltype(rows)::value, decltype(cols)::value>(job, channels, begin, end);
  });
  if (done) return;
  for_chunks(channels, [&](int c, auto chunk) FPCPU_INLINE {
    const RowJob local = job;
    store_outputs(local, begin, end, c, chunk, [&](const float* in, V sum) FPCPU_INLINE {
      for (int i = 0; i < local.rows; ++i) {
        for (int j = 0; j < local.cols; ++j) {
          const V w = chunk.load(local.w + i * local.filter_row + j * local.filter_col + c);
          sum = hn::MulAdd(chunk.load(in + i * local.tap_row + j * local.tap_col), w, sum);
        }
      }
      return sum;
    });
  });
}

/// All outputs of rows [row_begin, row_end) of a walk; `out` points at the output (row_begin, 0).
void run_walk(const Walk& w, int kw, const float* in, const float* weights, const float* bias, bool add, int row_begin,
              int row_end, float* out, Index out_line, Index out_pixel) {
  const int channels = w.in_c;
  RowJob job{};
  job.bias = bias;
  job.pixel_in = static_cast<Index>(w.cols.stride) * channels;
  job.pixel_out = out_pixel;
  job.tap_row = static_cast<Index>(w.rows.step) * w.in_w * channels;
  job.tap_col = static_cast<Index>(w.cols.step) * channels;
  job.filter_row = static_cast<Index>(w.rows.tap_step) * kw * channels;
  job.filter_col = static_cast<Index>(w.cols.tap_step) * channels;
  job.add = add;
  const float* first_tap = weights + static_cast<Index>(w.rows.tap_first * kw + w.cols.tap_first) * channels;
  const int run = run_length(channels);
  for (int row = row_begin; row < row_end; ++row) {
    const float* in_row =
        in + (static_cast<Index>(w.rows.first + row * w.rows.stride) * w.in_w + w.cols.first) * channels;
    const Taps rows = taps_inside(w.rows, row, w.in_h);
    job.rows = rows.end - rows.begin;
    job.out = out + (row - row_begin) * out_line;
    for_same_taps(w.cols, w.in_w, run, [&](int begin, int end, Taps cols) {
      job.cols = cols.end - cols.begin;
      job.in = in_row + rows.begin * job.tap_row + cols.begin * job.tap_col;
      job.w = first_tap + rows.begin * job.filter_row + cols.begin * job.filter_col;
      run_row(job, channels, begin, end);
    });
  }
}

/// A group of at most 3x3 neighbouring taps of the weight gradient over one row of outputs.
struct WeightJob {
  const float* x;   // at output 0 and the first tap of the group
  const float* dy;  // at output 0
  float* dw;        // first tap of the group
  Index pixel_x, tap_row, tap_col, filter_row;
  int channels;
};

/// dw += sum over outputs [begin, end) of x * dy: all taps share the loads of dy and stay in registers.
template <int R, int C>
void add_outputs(const WeightJob& job, int begin, int end) {
  const Index pixel_x = job.pixel_x;
  const Index row = job.tap_row;
  const Index col = job.tap_col;
  const Index channels = job.channels;
  for_chunks(job.channels, [&](int c, auto chunk) FPCPU_INLINE {
    V sum[R * C];
    float* dw = job.dw + c;
    unroll<R * C>([&](auto t) FPCPU_INLINE {
      constexpr int kT = decltype(t)::value;
      sum[kT] = chunk.load(dw + (kT / C) * job.filter_row + (kT % C) * channels);
    });
    const float* x = job.x + begin * pixel_x + c;
    const float* dy = job.dy + begin * channels + c;
    for (int q = begin; q < end; ++q, x += pixel_x, dy += channels) {
      const V g = chunk.load(dy);
      unroll<R * C>([&](auto t) FPCPU_INLINE {
        constexpr int kT = decltype(t)::value;
        sum[kT] = hn::MulAdd(chunk.load(x + (kT / C) * row + (kT % C) * col), g, sum[kT]);
      });
    }
    unroll<R * C>([&](auto t) FPCPU_INLINE {
      constexpr int kT = decltype(t)::value;
      chunk.store(sum[kT], dw + (kT / C) * job.filter_row + (kT % C) * channels);
    });
  });
}

}  // namespace

std::size_t depthwise_scratch_size(const ConvShape&) noexcept { return 0; }

void depthwise_forward(const ConvShape& s, const ConvForward<float>& a) noexcept {
  const Index y_row = static_cast<Index>(s.ow) * s.c;
  run_walk(forward_walk(s), s.kw, a.x, a.w, a.bias, false, a.row_begin, a.row_end, a.y, y_row, s.c);
  if (a.activation.kind != Activation::none) {
    activation_forward(a.activation, a.y, a.y, static_cast<std::size_t>((a.row_end - a.row_begin) * y_row));
  }
}

void depthwise_backward_data(const ConvShape& s, const ConvBackwardData<float>& a) noexcept {
  const Index dx_row = static_cast<Index>(s.w) * s.c;
  for (int i = 0; i < s.stride; ++i) {
    for (int j = 0; j < s.stride; ++j) {
      const Walk w = backward_walk(s, i, j);
      run_walk(w, s.kw, a.dy, a.w, nullptr, a.beta != 0.0F, 0, w.rows.outputs,
               a.dx + w.rows.out_first * dx_row + static_cast<Index>(w.cols.out_first) * s.c, w.rows.out_step * dx_row,
               static_cast<Index>(w.cols.out_step) * s.c);
    }
  }
}

void depthwise_backward_weights(const ConvShape& s, const ConvBackwardWeights<float>& a) noexcept {
  const Walk w = forward_walk(s);
  if (a.beta == 0.0F) {
    zero_floats(a.dw, static_cast<Index>(s.kh) * s.kw * s.c);
    if (a.db != nullptr) zero_floats(a.db, s.c);
  }
  const int run = run_length(s.c);
  WeightJob job{};
  job.pixel_x = static_cast<Index>(s.stride) * s.c;
  job.tap_row = static_cast<Index>(s.dilation) * s.w * s.c;
  job.tap_col = static_cast<Index>(s.dilation) * s.c;
  job.filter_row = static_cast<Index>(s.kw) * s.c;
  job.channels = s.c;
  for (int row = 0; row < s.oh; ++row) {
    const Taps rows = taps_inside(w.rows, row, s.h);
    const float* dy = a.dy + static_cast<Index>(row) * s.ow * s.c;
    const float* x_row = a.x + (static_cast<Index>(w.rows.first + row * s.stride) * s.w + w.cols.first) * s.c;
    job.dy = dy;
    for_same_taps(w.cols, s.w, run, [&](int begin, int end, Taps cols) {
      for (int i = rows.begin; i < rows.end; i += 3) {
        for (int j = cols.begin; j < cols.end; j += 3) {
          job.x = x_row + i * job.tap_row + j * job.tap_col;
          job.dw = a.dw + static_cast<Index>(i * s.kw + j) * s.c;
          with_taps(min_int(3, rows.end - i), min_int(3, cols.end - j),
                    [&](auto r, auto c) { add_outputs<decltype(r)::value, decltype(c)::value>(job, begin, end); });
        }
      }
    });
    if (a.db == nullptr) continue;
    for_chunks(s.c, [&](int c, auto chunk) FPCPU_INLINE {
      V sum = hn::Zero(d);
      for (int q = 0; q < s.ow; ++q) sum = hn::Add(sum, chunk.load(dy + static_cast<Index>(q) * s.c + c));
      chunk.store(hn::Add(chunk.load(a.db + c), sum), a.db + c);
    });
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
