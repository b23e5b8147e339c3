// SPDX-License-Identifier: MIT
// Dense layers: the weights are read once, as they are or as dense_pack() made them, and packed into scratch for the
// tile; for a single row of inputs, packing would take longer than the sums. Sums run over words of words.hpp:
// neighbouring inputs (forward), outputs (data gradient) or rows (weight gradient).

#include "kernels/simd/channel_block.hpp"
#include "kernels/simd/kernels.hpp"
#include "kernels/simd/weight_tile.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

namespace {

/// Inputs per block of the gradients: a packed panel of this depth stays in the first-level cache.
constexpr int kDepth = 256;
/// Inputs per block of forward: so many rows of the weights, all their columns, are packed at once, because memory
/// gives whole rows several times faster than pieces of them.
constexpr int kForwardDepth = 64;
static_assert(kForwardDepth % kPerWord == 0, "a word belongs to one block");
/// Rows of words of the weights that a single row of inputs meets at once: so many streams a processor fetches ahead.
constexpr int kRowsAtOnce = 8;
/// Rows a multiple of 2 KB apart would evict each other.
HWY_INLINE int row_stride(int words) { return ceil_div(words, kLanes) * kLanes + 16; }

HWY_INLINE Index aligned(Index elements) { return (elements + 15) / 16 * 16; }
HWY_INLINE Index max_index(Index a, Index b) { return a > b ? a : b; }

/// Word r of a matrix's columns: rows r * kPerWord and the next ones; those that do not exist are null.
struct RowsOfWord {
  HWY_INLINE RowsOfWord(const float* from, Index stride, int count, int r) {
    for (int i = 0; i < kPerWord; ++i) {
      const int row = r * kPerWord + i;
      rows[i] = row < count ? from + row * stride : nullptr;
    }
  }
  const float* rows[kPerWord];
};

/// Where forward finds the words of a block of inputs, one above the other: made from the weights, ...
struct PlainWeights {
  const float* w;
  Index stride;
  int depth;
  HWY_INLINE V load(int r, int column, int count) const {
    return load_members(RowsOfWord(w, stride, depth, r).rows, column, count);
  }
};

/// ... or ready.
struct PackedWeights {
  const float* words;
  Index stride;
  HWY_INLINE V load(int r, int column, int count) const { return load_some(words + r * stride + column, count); }
};

/// Columns [0, count) of rows whose neighbouring values share words.
void copy_columns(const float* from, Index stride, int rows, int count, float* to, Index to_stride) {
  for (int r = 0; r < rows; ++r) copy_words(from + r * stride, to + r * to_stride, count);
}

/// to[u][0..width) = word u of from[0..count), zeros behind.
void pack_transposed(const float* HWY_RESTRICT from, Index stride, int count, int units, int width,
                     float* HWY_RESTRICT to) {
  constexpr int kValues = kLanes * kPerWord;
  for (int i = 0; i < width; i += 4) {
    int u = 0;
    for (; i + 4 <= count && u + kValues <= units; u += kValues) {
      const float* p = from + i * stride + u;
      store_transposed(load_words(p, kValues), load_words(p + stride, kValues), load_words(p + 2 * stride, kValues),
                       load_words(p + 3 * stride, kValues), to + static_cast<Index>(u / kPerWord) * width + i, width);
    }
    for (; u < units; u += kPerWord) {
      for (int k = i; k < i + 4; ++k) {
        float* word = to + static_cast<Index>(u / kPerWord) * width + k;
        if (k < count) {
          copy_words(from + k * stride + u, word, min_int(kPerWord, units - u));
        } else {
          *word = 0.0F;
        }
      }
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

/// sums[n] += x[r] * w[r][n] + x[r + 1] * w[r + 1][n] + ..., one row of words after the other: the order of the
/// register tile.
template <int kRows, class Weights>
HWY_INLINE void add_rows(const float* x, const Weights& w, int r, int begin, int columns, float* HWY_RESTRICT sums) {
  V factors[kRows];
  unroll<kRows>([&](auto i) FPCPU_INLINE { factors[decltype(i)::value] = hn::Set(d, x[r + decltype(i)::value]); });
  const auto add = [&](int n, int count) FPCPU_INLINE {
    V sum = hn::Load(d, sums + n);
    unroll<kRows>([&](auto i) FPCPU_INLINE {
      constexpr int kI = decltype(i)::value;
      sum = multiply_add(factors[kI], w.load(r + kI, begin + n, count), sum);
    });
    hn::Store(sum, d, sums + n);
  };
  int n = 0;
  for (; n + kLanes <= columns; n += kLanes) add(n, kLanes);
  if (n < columns) add(n, columns - n);
}

/// The sums of `depth` words of one row, straight from the weights; job.columns may be any number.
template <class Weights>
void run_row(const TileJob& job, int depth, const float* x, const Weights& w, int begin, float* sums, float* y) {
  for (int n = 0; n < job.columns; n += kLanes) hn::Store(hn::Zero(d), d, sums + n);
  int r = 0;
  for (; r + kRowsAtOnce <= depth; r += kRowsAtOnce) add_rows<kRowsAtOnce>(x, w, r, begin, job.columns, sums);
  for (; r < depth; ++r) add_rows<1>(x, w, r, begin, job.columns, sums);
  for (int n = 0; n < job.columns; n += kLanes) finish_part(job, hn::Load(d, sums + n), n, y + n);
}

/// Where the panel that begins at column n of the range [begin, ...) lies among packed panels.
HWY_INLINE Index panel_at(int n, int begin) { return static_cast<Index>(n - begin) * words_of(kForwardDepth); }

/// Packs a block's words as panels: whole rows of them, because memory gives those several times faster than pieces.
template <class Weights>
void pack_panels(const Weights& w, int depth, int begin, int end, float* panels) {
  for (int r = 0; r < depth; ++r) {
    for (int n = begin; n < end; n += kPanel) {
      const int width = end - n > kLanes ? kPanel : kLanes;
      float* to = panels + panel_at(n, begin) + static_cast<Index>(r) * width;
      for (int i = 0; i < width; i += kLanes) hn::Store(w.load(r, n + i, end - n - i), d, to + i);
    }
  }
}

/// Adds the products of a block of inputs, words `x`, to all rows of outputs.
template <class Weights>
void forward_block(const DenseShape& s, const DenseForward<float>& a, TileJob job, int depth, const Weights& w,
                   const float* x, float* scratch) {
  const float* bias = job.bias;
  if (s.rows == 1) {
    job.columns = a.end - a.begin;
    job.bias = bias != nullptr ? bias + a.begin : nullptr;
    run_row(job, depth, x, w, a.begin, scratch, a.y + a.begin);
    return;
  }
  pack_panels(w, depth, a.begin, a.end, scratch);
  const Piece piece{0, depth};
  job.pieces = &piece;
  job.count = 1;
  for (int n = a.begin; n < a.end; n += kPanel) {
    job.b = scratch + panel_at(n, a.begin);
    job.columns = min_int(kPanel, a.end - n);
    job.bias = bias != nullptr ? bias + n : nullptr;
    run_panel(job, s.rows, x, a.y + n);
  }
}

}  // namespace

std::size_t dense_packed_size(const DenseShape& s) noexcept {
  return kPerWord > 1 ? static_cast<std::size_t>(words_of(s.inputs)) * static_cast<std::size_t>(s.outputs) : 0;
}

void dense_pack(const DenseShape& s, const float* w, float* packed) noexcept {
  if constexpr (kPerWord > 1) {
    for (int r = 0; r < words_of(s.inputs); ++r, packed += s.outputs) {
      copy_members(RowsOfWord(w, s.outputs, s.inputs, r).rows, s.outputs, packed);
    }
  }
}

std::size_t dense_scratch_size(const DenseShape& s) noexcept {
  const Index forward = static_cast<Index>(s.rows) * row_stride(words_of(kForwardDepth)) +
                        static_cast<Index>(words_of(kForwardDepth)) * ceil_div(s.outputs, kPanel) * kPanel;
  const Index outputs = static_cast<Index>(s.rows) * row_stride(words_of(s.outputs)) +
                        aligned(static_cast<Index>(words_of(s.outputs)) * kPanel);
  const Index weights = static_cast<Index>(words_of(s.rows)) * (row_stride(s.outputs) + row_stride(kDepth));
  return static_cast<std::size_t>(max_index(forward, max_index(outputs, weights)));
}

void dense_forward(const DenseShape& s, const DenseForward<float>& a) noexcept {
  const Activation kind = a.activation.kind;
  const bool clamped = kind == Activation::relu || kind == Activation::relu6;
  const int stride = row_stride(words_of(kForwardDepth));
  float* x = a.scratch;
  float* scratch = x + static_cast<Index>(s.rows) * stride;
  for (int begin = 0; begin < s.inputs; begin += kForwardDepth) {
    const int depth = min_int(kForwardDepth, s.inputs - begin);
    const bool last = begin + depth == s.inputs;
    TileJob job{};
    job.a_stride = stride;
    job.y_stride = s.outputs;
    job.add = begin > 0;
    job.bias = last ? a.bias : nullptr;
    job.floor = last && clamped ? 0.0F : -kInfinity;
    job.cap = last && kind == Activation::relu6 ? 6.0F : kInfinity;
    copy_columns(a.x + begin, s.inputs, s.rows, depth, x, stride);
    if (a.packed != nullptr) {
      const PackedWeights w{a.packed + static_cast<Index>(begin / kPerWord) * s.outputs, s.outputs};
      forward_block(s, a, job, words_of(depth), w, x, scratch);
    } else {
      const PlainWeights w{a.w + static_cast<Index>(begin) * s.outputs, s.outputs, depth};
      forward_block(s, a, job, words_of(depth), w, x, scratch);
    }
  }
  if (kind == Activation::none || clamped) return;
  for (int r = 0; r < s.rows; ++r) {
    float* y = a.y + static_cast<Index>(r) * s.outputs + a.begin;
    activation_forward(a.activation, y, y, static_cast<std::size_t>(a.end - a.begin));
  }
}

void dense_backward_data(const DenseShape& s, const DenseBackwardData<float>& a) noexcept {
  const int stride = row_stride(words_of(s.outputs));
  float* dy = a.scratch;
  float* panel = dy + static_cast<Index>(s.rows) * stride;
  copy_columns(a.dy, s.outputs, s.rows, s.outputs, dy, stride);
  const Piece piece{0, words_of(s.outputs)};
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
  const int words = words_of(s.rows);
  float* panels = a.scratch;
  float* x = panels + static_cast<Index>(words) * row_stride(s.outputs);
  WeightJob job{};
  job.lines = 1;
  job.pixels = words;
  job.pixel = row_stride(kDepth);
  job.dw_stride = s.outputs;
  for (int n = 0; n < s.outputs; n += kPanel) {
    const int width = s.outputs - n > kLanes ? kPanel : kLanes;
    float* to = panels + static_cast<Index>(n) * words;
    for (int r = 0; r < words; ++r, to += width) {
      const RowsOfWord dy(a.dy, s.outputs, s.rows, r);
      for (int i = 0; i < width; i += kLanes) hn::Store(load_members(dy.rows, n + i, s.outputs - n - i), d, to + i);
    }
  }
  for (int begin = a.begin; begin < a.end; begin += kDepth) {
    const int count = min_int(kDepth, a.end - begin);
    for (int r = 0; r < words; ++r) {
      copy_members(RowsOfWord(a.x + begin, s.inputs, s.rows, r).rows, count, x + r * job.pixel);
    }
    const int tiles = ceil_div(count, kTileRows<2>);
    int i = 0;
    for (int t = 0; t < tiles; ++t) {
      const int m = t < count % tiles ? count / tiles + 1 : count / tiles;
      for (int n = 0; n < s.outputs; n += kPanel) {
        job.dy = panels + static_cast<Index>(n) * words;
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
