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

/// The part of a row of outputs that uses the same taps.
struct RowJob {
  const float* in;  // tensor read, at the row and column of output (row, 0) and tap (0, 0)
  const float* w;
  const float* bias;
  float* out;
  Index pixel_in, pixel_out;     // between neighbouring outputs
  Index tap_row, tap_col;        // between taps in the input
  Index filter_row, filter_col;  // between taps in the filter
  Taps rows, cols;
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

template <class Chunk>
HWY_INLINE void run_three_by_three(const RowJob& job, int begin, int end, int c, Chunk chunk) {
  const Index row = job.tap_row;
  const Index col = job.tap_col;
  const float* filter = job.w + c;
  V w[9];
  unroll<9>([&](auto t) FPCPU_INLINE {
    constexpr int kT = decltype(t)::value;
    w[kT] = chunk.load(filter + (kT / 3) * job.filter_row + (kT % 3) * job.filter_col);
  });
  store_outputs(job, begin, end, c, chunk, [&](const float* in, V bias) FPCPU_INLINE {
    // One chain per filter row: nine dependent additions would be waited for.
    V sum[3] = {bias, hn::Zero(d), hn::Zero(d)};
    unroll<3>([&](auto j) FPCPU_INLINE {
      unroll<3>([&](auto i) FPCPU_INLINE {
        constexpr int kI = decltype(i)::value;
        constexpr int kJ = decltype(j)::value;
        sum[kI] = hn::MulAdd(chunk.load(in + kI * row + kJ * col), w[3 * kI + kJ], sum[kI]);
      });
    });
    return hn::Add(sum[0], hn::Add(sum[1], sum[2]));
  });
}

void run_row(const RowJob& job, int channels, int begin, int end) {
  const bool three = job.rows.begin == 0 && job.rows.end == 3 && job.cols.begin == 0 && job.cols.end == 3;
  for_chunks(channels, [&](int c, auto chunk) FPCPU_INLINE {
    if (three) {
      run_three_by_three(job, begin, end, c, chunk);
      return;
    }
    const RowJob local = job;
    store_outputs(local, begin, end, c, chunk, [&](const float* in, V sum) FPCPU_INLINE {
      for (int i = local.rows.begin; i < local.rows.end; ++i) {
        for (int j = local.cols.begin; j < local.cols.end; ++j) {
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
  job.w = weights + static_cast<Index>(w.rows.tap_first * kw + w.cols.tap_first) * channels;
  job.bias = bias;
  job.pixel_in = static_cast<Index>(w.cols.stride) * channels;
  job.pixel_out = out_pixel;
  job.tap_row = static_cast<Index>(w.rows.step) * w.in_w * channels;
  job.tap_col = static_cast<Index>(w.cols.step) * channels;
  job.filter_row = static_cast<Index>(w.rows.tap_step) * kw * channels;
  job.filter_col = static_cast<Index>(w.cols.tap_step) * channels;
  job.add = add;
  for (int row = row_begin; row < row_end; ++row) {
    job.in = in + (static_cast<Index>(w.rows.first + row * w.rows.stride) * w.in_w + w.cols.first) * channels;
    job.out = out + (row - row_begin) * out_line;
    job.rows = taps_inside(w.rows, row, w.in_h);
    for (int begin = 0, end = 0; begin < w.cols.outputs; begin = end) {
      job.cols = taps_inside(w.cols, begin, w.in_w);
      for (end = begin + 1; end < w.cols.outputs && end - begin < kRun; ++end) {
        const Taps next = taps_inside(w.cols, end, w.in_w);
        if (next.begin != job.cols.begin || next.end != job.cols.end) break;
      }
      run_row(job, channels, begin, end);
    }
  }
}

/// One row of the weight gradient: x at the column of output 0 and tap 0, dy at output 0.
struct WeightRow {
  const float* x;
  const float* dy;
  Index pixel_x, tap_col;  // between neighbouring outputs and between taps, in x
  int channels, outputs;
};

/// dw[t] += sum over the row of x * dy for T neighbouring taps, which share the loads of dy. Tap t exists for outputs
/// [inside[t].begin, inside[t].end).
template <int T>
void add_row(const WeightRow& row, const Taps* inside, float* dw) {
  int begin = 0;
  int end = row.outputs;
  for (int t = 0; t < T; ++t) {
    begin = max_int(begin, inside[t].begin);
    end = min_int(end, inside[t].end);
  }
  end = max_int(begin, end);
  for_chunks(row.channels, [&](int c, auto chunk) FPCPU_INLINE {
    V sum[T];
    const auto product = [&](int t, int q, V chain) FPCPU_INLINE {
      const V xv = chunk.load(row.x + q * row.pixel_x + t * row.tap_col + c);
      return hn::MulAdd(xv, chunk.load(row.dy + static_cast<Index>(q) * row.channels + c), chain);
    };
    unroll<T>([&](auto tap) FPCPU_INLINE {
      constexpr int kT = decltype(tap)::value;
      sum[kT] = hn::Zero(d);
      for (int q = inside[kT].begin; q < min_int(begin, inside[kT].end); ++q) sum[kT] = product(kT, q, sum[kT]);
      for (int q = max_int(end, inside[kT].begin); q < inside[kT].end; ++q) sum[kT] = product(kT, q, sum[kT]);
    });
    for (int q = begin; q < end; ++q) {
      unroll<T>([&](auto tap) FPCPU_INLINE {
        constexpr int kT = decltype(tap)::value;
        sum[kT] = product(kT, q, sum[kT]);
      });
    }
    unroll<T>([&](auto tap) FPCPU_INLINE {
      constexpr int kT = decltype(tap)::value;
      float* out = dw + static_cast<Index>(kT) * row.channels + c;
      chunk.store(hn::Add(chunk.load(out), sum[kT]), out);
    });
  });
}

/// Outputs of a row for which tap j reads inside of [0, size).
HWY_INLINE Taps outputs_inside(const Axis& axis, int j, int size) {
  const int first = axis.first + j * axis.step;
  Taps t{0, axis.outputs};
  while (t.begin < t.end && first + t.begin * axis.stride < 0) ++t.begin;
  while (t.end > t.begin && first + (t.end - 1) * axis.stride >= size) --t.end;
  return t;
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
  for (int row = 0; row < s.oh; ++row) {
    const Taps rows = taps_inside(w.rows, row, s.h);
    const float* dy = a.dy + static_cast<Index>(row) * s.ow * s.c;
    for (int i = rows.begin; i < rows.end; ++i) {
      const Index x_row = w.rows.first + row * s.stride + i * s.dilation;
      for (int j = 0, taps = 0; j < s.kw; j += taps) {
        taps = s.kw - j >= 3 ? 3 : 1;
        const float* x = a.x + (x_row * s.w + w.cols.first + j * s.dilation) * s.c;
        const WeightRow job{x, dy, static_cast<Index>(s.stride) * s.c, static_cast<Index>(s.dilation) * s.c, s.c, s.ow};
        Taps inside[3] = {};
        for (int t = 0; t < taps; ++t) inside[t] = outputs_inside(w.cols, j + t, s.w);
        float* dw = a.dw + static_cast<Index>(i * s.kw + j) * s.c;
        if (taps == 3) {
          add_row<3>(job, inside, dw);
        } else {
          add_row<1>(job, inside, dw);
        }
      }
    }
    if (a.db == nullptr) continue;
    for_chunks(s.c, [&](int c, auto chunk) FPCPU_INLINE {
      V sum = hn::Zero(d);
      for (int q = 0; q < s.ow; ++q) sum = hn::Add(sum, chunk.load(dy + static_cast<Index>(q) * s.c + c));
      chunk.store(hn::Add(chunk.load(a.db + c), sum), a.db + c);
    });
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
