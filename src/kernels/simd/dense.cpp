// Dense layers: the weights are read once, as they are, and packed panel by panel into scratch for the register tile;
// for a single row of inputs, packing would take longer than the sums.

#include "kernels/simd/kernels.hpp"
#include "kernels/simd/weight_tile.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

namespace {

/// Inputs per block of the gradients: a packed panel of this depth stays in the first-level cache.
constexpr int kDepth = 256;
/// Inputs per block of forward: so many rows of the weights, all their columns, are packed at once, because memory
/// gives whole rows several times faster than pieces of them.
constexpr int kForwardDepth = 64;
/// Rows of the weights that a single row of inputs meets at once: so many streams a processor fetches ahead.
constexpr int kRowsAtOnce = 8;
/// Rows a multiple of 2 KB apart would evict each other.
HWY_INLINE int row_stride(int columns) { return ceil_div(columns, kLanes) * kLanes + 16; }

HWY_INLINE Index aligned(Index elements) { return (elements + 15) / 16 * 16; }
HWY_INLINE Index max_index(Index a, Index b) { return a > b ? a : b; }

void copy_columns(const float* from, Index stride, int rows, int columns, float* to, Index to_stride) {
  for (int r = 0; r < rows; ++r) {
    __builtin_memcpy(to + r * to_stride, from + r * stride, static_cast<std::size_t>(columns) * sizeof(float));
  }
}

/// to[r][0..width) = from[r][0..columns), zeros behind.
void pack_rows(const float* HWY_RESTRICT from, Index stride, int rows, int columns, int width, float* HWY_RESTRICT to) {
  for (int r = 0; r < rows; ++r, from += stride, to += width) {
    for (int n = 0; n < width; n += kLanes) hn::Store(load_some(from + n, columns - n), d, to + n);
  }
}

/// to[u][0..width) = from[0..count)[u], zeros behind.
void pack_transposed(const float* HWY_RESTRICT from, Index stride, int count, int units, int width,
                     float* HWY_RESTRICT to) {
  for (int i = 0; i < width; i += 4) {
    int u = 0;
    // Four rows at a time: within each 128-bit block the two steps of interleaving transpose 4x4.
    for (; i + 4 <= count && u + kLanes <= units; u += kLanes) {
      const float* p = from + i * stride + u;
      const V r0 = hn::LoadU(d, p);
      const V r1 = hn::LoadU(d, p + stride);
      const V r2 = hn::LoadU(d, p + 2 * stride);
      const V r3 = hn::LoadU(d, p + 3 * stride);
      const V low02 = hn::InterleaveLower(d, r0, r2);
      const V low13 = hn::InterleaveLower(d, r1, r3);
      const V high02 = hn::InterleaveUpper(d, r0, r2);
      const V high13 = hn::InterleaveUpper(d, r1, r3);
      alignas(64) float columns[4][kLanes];
      hn::Store(hn::InterleaveLower(d, low02, low13), d, columns[0]);
      hn::Store(hn::InterleaveUpper(d, low02, low13), d, columns[1]);
      hn::Store(hn::InterleaveLower(d, high02, high13), d, columns[2]);
      hn::Store(hn::InterleaveUpper(d, high02, high13), d, columns[3]);
      for (int block = 0; block < kLanes; block += 4) {
        for (int c = 0; c < 4; ++c) {
          __builtin_memcpy(to + static_cast<Index>(u + block + c) * width + i, columns[c] + block, 4 * sizeof(float));
        }
      }
    }
    for (; u < units; ++u) {
      for (int k = i; k < i + 4; ++k) to[static_cast<Index>(u) * width + k] = k < count ? from[k * stride + u] : 0.0F;
    }
  }
}

void run_panel(const TileJob& job, int rows, const float* a, float* y) {
  if (job.columns > kLanes) {
    run_tiles<2>(job, rows, a, y);
  } else {
    run_tiles<1>(job, rows, a, y);
  }
}

/// sums[n] += x[0] * w[0][n] + x[1] * w[1][n] + ..., one row after the other: the order of the register tile.
template <int kRows>
HWY_INLINE void add_rows(const float* x, const float* HWY_RESTRICT w, Index stride, int columns,
                         float* HWY_RESTRICT sums) {
  V factors[kRows];
  unroll<kRows>([&](auto r) FPCPU_INLINE { factors[decltype(r)::value] = hn::Set(d, x[decltype(r)::value]); });
  int n = 0;
  for (; n + kLanes <= columns; n += kLanes) {
    V sum = hn::Load(d, sums + n);
    unroll<kRows>([&](auto r) FPCPU_INLINE {
      constexpr int kR = decltype(r)::value;
      sum = multiply_add(factors[kR], hn::LoadU(d, w + kR * stride + n), sum);
    });
    hn::Store(sum, d, sums + n);
  }
  if (n == columns) return;
  V sum = hn::Load(d, sums + n);
  unroll<kRows>([&](auto r) FPCPU_INLINE {
    constexpr int kR = decltype(r)::value;
    sum = multiply_add(factors[kR], load_some(w + kR * stride + n, columns - n), sum);
  });
  hn::Store(sum, d, sums + n);
}

/// The sums of `depth` inputs of one row, straight from the weights; job.columns may be any number.
void run_row(const TileJob& job, int depth, const float* x, const float* w, Index stride, float* sums, float* y) {
  for (int n = 0; n < job.columns; n += kLanes) hn::Store(hn::Zero(d), d, sums + n);
  int r = 0;
  for (; r + kRowsAtOnce <= depth; r += kRowsAtOnce) {
    add_rows<kRowsAtOnce>(x + r, w + r * stride, stride, job.columns, sums);
  }
  for (; r < depth; ++r) add_rows<1>(x + r, w + r * stride, stride, job.columns, sums);
  for (int n = 0; n < job.columns; n += kLanes) finish_part(job, hn::Load(d, sums + n), n, y + n);
}

}  // namespace

std::size_t dense_scratch_size(const DenseShape& s) noexcept {
  const Index forward = static_cast<Index>(s.rows) * row_stride(kForwardDepth) +
                        static_cast<Index>(kForwardDepth) * ceil_div(s.outputs, kPanel) * kPanel;
  const Index outputs =
      static_cast<Index>(s.rows) * row_stride(s.outputs) + aligned(static_cast<Index>(s.outputs) * kPanel);
  const Index weights = static_cast<Index>(s.rows) * (row_stride(s.outputs) + row_stride(kDepth));
  return static_cast<std::size_t>(max_index(forward, max_index(outputs, weights)));
}

void dense_forward(const DenseShape& s, const DenseForward<float>& a) noexcept {
  const Activation kind = a.activation.kind;
  const bool clamped = kind == Activation::relu || kind == Activation::relu6;
  const int stride = row_stride(kForwardDepth);
  float* x = a.scratch;
  float* panels = x + static_cast<Index>(s.rows) * stride;
  for (int begin = 0; begin < s.inputs; begin += kForwardDepth) {
    const int depth = min_int(kForwardDepth, s.inputs - begin);
    const bool last = begin + depth == s.inputs;
    TileJob job{};
    job.y_stride = s.outputs;
    job.add = begin > 0;
    job.floor = last && clamped ? 0.0F : -kInfinity;
    job.cap = last && kind == Activation::relu6 ? 6.0F : kInfinity;
    if (s.rows == 1) {
      job.columns = a.end - a.begin;
      job.bias = last && a.bias != nullptr ? a.bias + a.begin : nullptr;
      run_row(job, depth, a.x + begin, a.w + static_cast<Index>(begin) * s.outputs + a.begin, s.outputs, a.scratch,
              a.y + a.begin);
      continue;
    }
    copy_columns(a.x + begin, s.inputs, s.rows, depth, x, stride);
    for (int r = 0; r < depth; ++r) {
      const float* row = a.w + static_cast<Index>(begin + r) * s.outputs;
      for (int n = a.begin; n < a.end; n += kPanel) {
        const int columns = min_int(kPanel, a.end - n);
        const int width = columns > kLanes ? kPanel : kLanes;
        pack_rows(row + n, s.outputs, 1, columns, width,
                  panels + static_cast<Index>(n - a.begin) * kForwardDepth + static_cast<Index>(r) * width);
      }
    }
    const Piece piece{0, depth};
    job.pieces = &piece;
    job.count = 1;
    job.a_stride = stride;
    for (int n = a.begin; n < a.end; n += kPanel) {
      job.b = panels + static_cast<Index>(n - a.begin) * kForwardDepth;
      job.columns = min_int(kPanel, a.end - n);
      job.bias = last && a.bias != nullptr ? a.bias + n : nullptr;
      run_panel(job, s.rows, x, a.y + n);
    }
  }
  if (kind == Activation::none || clamped) return;
  for (int r = 0; r < s.rows; ++r) {
    float* y = a.y + static_cast<Index>(r) * s.outputs + a.begin;
    activation_forward(a.activation, y, y, static_cast<std::size_t>(a.end - a.begin));
  }
}

void dense_backward_data(const DenseShape& s, const DenseBackwardData<float>& a) noexcept {
  const int stride = row_stride(s.outputs);
  float* dy = a.scratch;
  float* panel = dy + static_cast<Index>(s.rows) * stride;
  copy_columns(a.dy, s.outputs, s.rows, s.outputs, dy, stride);
  const Piece piece{0, s.outputs};
  TileJob job{};
  job.pieces = &piece;
  job.count = 1;
  job.a_stride = stride;
  job.b = panel;
  job.y_stride = s.inputs;
  job.add = a.beta != 0.0F;
  job.floor = -kInfinity;
  job.cap = kInfinity;
  for (int n = a.begin; n < a.end; n += kPanel) {
    job.columns = min_int(kPanel, a.end - n);
    pack_transposed(a.w + static_cast<Index>(n) * s.outputs, s.outputs, job.columns, s.outputs,
                    job.columns > kLanes ? kPanel : kLanes, panel);
    run_panel(job, s.rows, dy, a.dx + n);
  }
}

void dense_backward_weights(const DenseShape& s, const DenseBackwardWeights<float>& a) noexcept {
  float* panels = a.scratch;
  float* x = panels + static_cast<Index>(s.rows) * row_stride(s.outputs);
  WeightJob job{};
  job.lines = 1;
  job.pixels = s.rows;
  job.pixel = row_stride(kDepth);
  job.dw_stride = s.outputs;
  for (int n = 0; n < s.outputs; n += kPanel) {
    const int columns = min_int(kPanel, s.outputs - n);
    pack_rows(a.dy + n, s.outputs, s.rows, columns, columns > kLanes ? kPanel : kLanes,
              panels + static_cast<Index>(n) * s.rows);
  }
  for (int begin = a.begin; begin < a.end; begin += kDepth) {
    const int count = min_int(kDepth, a.end - begin);
    copy_columns(a.x + begin, s.inputs, s.rows, count, x, job.pixel);
    const int tiles = ceil_div(count, kTileRows<2>);
    int i = 0;
    for (int t = 0; t < tiles; ++t) {
      const int m = t < count % tiles ? count / tiles + 1 : count / tiles;
      for (int n = 0; n < s.outputs; n += kPanel) {
        job.dy = panels + static_cast<Index>(n) * s.rows;
        job.columns = min_int(kPanel, s.outputs - n);
        const WeightFunction tile = job.columns > kLanes ? weight_function<2>(m) : weight_function<1>(m);
        tile(job, x + i, a.dw + static_cast<Index>(begin + i) * s.outputs + n);
      }
      i += m;
    }
  }
  if (a.db == nullptr || a.begin != 0) return;
  for (int n = 0; n < s.outputs; n += kLanes) {
    V sum = hn::Zero(d);
    for (int r = 0; r < s.rows; ++r) {
      sum = hn::Add(sum, load_some(a.dy + static_cast<Index>(r) * s.outputs + n, s.outputs - n));
    }
    store_some(sum, a.db + n, s.outputs - n);
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
