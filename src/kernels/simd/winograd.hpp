// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/words.hpp"

/// Winograd's minimal filtering F(m x m, 3x3) (Winograd 1980; Lavin, Gray 2015):
///   Y = A^T [ (G g G^T) * (B^T d B) ] A
/// for a tile d of (m + 2) x (m + 2) inputs, a filter g of 3x3 and m x m outputs Y; * is elementwise, and is where the
/// channels are summed. The gradients are the adjoints of the same maps:
///   data gradient    a convolution with the turned filter, so the same formula
///   weight gradient  dg = G^T [ (B^T d B) * (A dY A^T) ] G
namespace fpcpu::kernels::FPCPU_ISA_NAME::winograd {

/// F(2x2, 3x3): points 0, 1, -1, infinity; 2.25 times fewer multiplications.
struct F2 {
  static constexpr int kOut = 2;
  static constexpr int kIn = 4;

  /// B^T d
  static HWY_INLINE void input(const V (&v)[4], V (&o)[4]) {
    o[0] = hn::Sub(v[0], v[2]);
    o[1] = hn::Add(v[1], v[2]);
    o[2] = hn::Sub(v[2], v[1]);
    o[3] = hn::Sub(v[1], v[3]);
  }
  /// A^T m
  static HWY_INLINE void output(const V (&v)[4], V (&o)[2]) {
    o[0] = hn::Add(hn::Add(v[0], v[1]), v[2]);
    o[1] = hn::Sub(hn::Sub(v[1], v[2]), v[3]);
  }
  /// A y
  static HWY_INLINE void output_adjoint(const V (&v)[2], V (&o)[4]) {
    o[0] = v[0];
    o[1] = hn::Add(v[0], v[1]);
    o[2] = hn::Sub(v[0], v[1]);
    o[3] = hn::Neg(v[1]);
  }
  /// G g
  static HWY_INLINE void filter(const V (&v)[3], V (&o)[4]) {
    const V half = hn::Set(d, 0.5F);
    const V ends = hn::Add(v[0], v[2]);
    o[0] = v[0];
    o[1] = hn::Mul(half, hn::Add(ends, v[1]));
    o[2] = hn::Mul(half, hn::Sub(ends, v[1]));
    o[3] = v[2];
  }
  /// G^T u
  static HWY_INLINE void filter_adjoint(const V (&v)[4], V (&o)[3]) {
    const V half = hn::Set(d, 0.5F);
    const V sum = hn::Mul(half, hn::Add(v[1], v[2]));
    o[0] = hn::Add(v[0], sum);
    o[1] = hn::Mul(half, hn::Sub(v[1], v[2]));
    o[2] = hn::Add(sum, v[3]);
  }
};

/// F(4x4, 3x3): points 0, a, -a, b, -b, infinity; 4 times fewer multiplications. The usual a = 1, b = 2 save two
/// operations per column, but these points lose 2.3 times less: with bfloat16 factors 1.1 % instead of 2.5 % of the
/// results' root mean square, F(2x2) 0.4 %, the plain sum 0.24 %. All constants but the filter's are exact.
/// Source: Barabasz et al., Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks,
/// ACM TOMS 46(4), 2020, arXiv 1803.10986.
struct F4 {
  static constexpr int kOut = 4;
  static constexpr int kIn = 6;

  static constexpr float kA = 0.625F, kA2 = kA * kA, kA3 = kA2 * kA;
  static constexpr float kB = 1.5F, kB2 = kB * kB, kB3 = kB2 * kB;
  // A filter's value at a point is divided by the product of the distances to the other points.
  static constexpr float kAt0 = 1.0F / (kA2 * kB2);
  static constexpr float kAtA = 1.0F / (2.0F * kA2 * (kA2 - kB2));
  static constexpr float kAtB = 1.0F / (2.0F * kB2 * (kB2 - kA2));

  static HWY_INLINE void input(const V (&v)[6], V (&o)[6]) {
    const V a2 = hn::Set(d, kA2);
    const V b2 = hn::Set(d, kB2);
    const V product = hn::Set(d, kA2 * kB2);
    const V total = hn::Set(d, kA2 + kB2);
    const V a = hn::Set(d, kA);
    const V b = hn::Set(d, kB);
    const V even = hn::NegMulAdd(b2, v[2], v[4]);
    const V odd = hn::NegMulAdd(b2, v[1], v[3]);
    const V even2 = hn::NegMulAdd(a2, v[2], v[4]);
    const V odd2 = hn::NegMulAdd(a2, v[1], v[3]);
    o[0] = hn::MulAdd(product, v[0], hn::NegMulAdd(total, v[2], v[4]));
    o[1] = hn::MulAdd(a, odd, even);
    o[2] = hn::NegMulAdd(a, odd, even);
    o[3] = hn::MulAdd(b, odd2, even2);
    o[4] = hn::NegMulAdd(b, odd2, even2);
    o[5] = hn::MulAdd(product, v[1], hn::NegMulAdd(total, v[3], v[5]));
  }
  static HWY_INLINE void output(const V (&v)[6], V (&o)[4]) {
    const V sum = hn::Add(v[1], v[2]);
    const V difference = hn::Sub(v[1], v[2]);
    const V sum2 = hn::Add(v[3], v[4]);
    const V difference2 = hn::Sub(v[3], v[4]);
    o[0] = hn::Add(hn::Add(v[0], sum), sum2);
    o[1] = hn::MulAdd(hn::Set(d, kB), difference2, hn::Mul(hn::Set(d, kA), difference));
    o[2] = hn::MulAdd(hn::Set(d, kB2), sum2, hn::Mul(hn::Set(d, kA2), sum));
    o[3] = hn::MulAdd(hn::Set(d, kB3), difference2, hn::MulAdd(hn::Set(d, kA3), difference, v[5]));
  }
  static HWY_INLINE void output_adjoint(const V (&v)[4], V (&o)[6]) {
    const V even = hn::MulAdd(hn::Set(d, kA2), v[2], v[0]);
    const V odd = hn::MulAdd(hn::Set(d, kA3), v[3], hn::Mul(hn::Set(d, kA), v[1]));
    const V even2 = hn::MulAdd(hn::Set(d, kB2), v[2], v[0]);
    const V odd2 = hn::MulAdd(hn::Set(d, kB3), v[3], hn::Mul(hn::Set(d, kB), v[1]));
    o[0] = v[0];
    o[1] = hn::Add(even, odd);
    o[2] = hn::Sub(even, odd);
    o[3] = hn::Add(even2, odd2);
    o[4] = hn::Sub(even2, odd2);
    o[5] = v[3];
  }
  static HWY_INLINE void filter(const V (&v)[3], V (&o)[6]) {
    const V ends = hn::MulAdd(hn::Set(d, kAtA * kA2), v[2], hn::Mul(hn::Set(d, kAtA), v[0]));
    const V middle = hn::Mul(hn::Set(d, kAtA * kA), v[1]);
    const V ends2 = hn::MulAdd(hn::Set(d, kAtB * kB2), v[2], hn::Mul(hn::Set(d, kAtB), v[0]));
    const V middle2 = hn::Mul(hn::Set(d, kAtB * kB), v[1]);
    o[0] = hn::Mul(hn::Set(d, kAt0), v[0]);
    o[1] = hn::Add(ends, middle);
    o[2] = hn::Sub(ends, middle);
    o[3] = hn::Add(ends2, middle2);
    o[4] = hn::Sub(ends2, middle2);
    o[5] = v[2];
  }
  static HWY_INLINE void filter_adjoint(const V (&v)[6], V (&o)[3]) {
    const V sum = hn::Add(v[1], v[2]);
    const V difference = hn::Sub(v[1], v[2]);
    const V sum2 = hn::Add(v[3], v[4]);
    const V difference2 = hn::Sub(v[3], v[4]);
    const V at_a = hn::MulAdd(hn::Set(d, kAtA), sum, hn::Mul(hn::Set(d, kAt0), v[0]));
    o[0] = hn::MulAdd(hn::Set(d, kAtB), sum2, at_a);
    o[1] = hn::MulAdd(hn::Set(d, kAtB * kB), difference2, hn::Mul(hn::Set(d, kAtA * kA), difference));
    o[2] = hn::MulAdd(hn::Set(d, kAtB * kB2), sum2, hn::MulAdd(hn::Set(d, kAtA * kA2), sum, v[5]));
  }
};

/// out = M in M^T for one vector of channels, with `map` one application of M to a column.
/// load(i, j) gives the input at row i, column j; store(i, j, v) takes the output.
template <int IN, int OUT, class Map, class Load, class Store>
HWY_INLINE void transform(const Map& map, const Load& load, const Store& store) {
  V middle[OUT][IN];
  unroll<IN>([&](auto j) FPCPU_INLINE {
    constexpr int kJ = decltype(j)::value;
    V column[IN];
    V result[OUT];
    unroll<IN>([&](auto i) FPCPU_INLINE { column[decltype(i)::value] = load(i, j); });
    map(column, result);
    unroll<OUT>([&](auto i) FPCPU_INLINE { middle[decltype(i)::value][kJ] = result[decltype(i)::value]; });
  });
  unroll<OUT>([&](auto i) FPCPU_INLINE {
    V result[OUT];
    map(middle[decltype(i)::value], result);
    unroll<OUT>([&](auto j) FPCPU_INLINE { store(i, j, result[decltype(j)::value]); });
  });
}

/// The tiles of n images, counted row by row and image by image; a pass reads `in` and writes `out`.
struct Grid {
  int in_h, in_w, in_c;
  int out_h, out_w, out_c;
  int pad_h, pad_w;
  int first_row;      // of tiles, in each image
  int rows, columns;  // of tiles
  int total;          // over all images
};

template <class F>
HWY_INLINE Grid forward_grid(const ConvShape& s, int row_begin, int row_end) {
  const int first = row_begin / F::kOut;
  const int rows = ceil_div(row_end, F::kOut) - first;
  const int columns = ceil_div(s.ow, F::kOut);
  return {s.h, s.w, s.c, s.oh, s.ow, s.k, s.pad_h, s.pad_w, first, rows, columns, s.n * rows * columns};
}
/// dx is the convolution of dy with the turned filters, padded by what the forward padding left of 2.
template <class F>
HWY_INLINE Grid backward_grid(const ConvShape& s) {
  const int rows = ceil_div(s.h, F::kOut);
  const int columns = ceil_div(s.w, F::kOut);
  return {s.oh, s.ow, s.k, s.h, s.w, s.c, 2 - s.pad_h, 2 - s.pad_w, 0, rows, columns, s.n * rows * columns};
}

struct TileAt {
  int image, row, column;  // row and column of the first output
};
template <class F>
HWY_INLINE TileAt tile_at(const Grid& g, int tile) {
  const int of_image = g.rows * g.columns;
  const int inside = tile % of_image;
  return {tile / of_image, (g.first_row + inside / g.columns) * F::kOut, inside % g.columns * F::kOut};
}

HWY_INLINE int padded_channels(int c) { return ceil_div(c, kLanes) * kLanes; }

/// Transformed tiles: one plane [row][word] per position of the transform. A row is a tile, its words are channels; or,
/// where sums run over tiles, as many tiles as share a word, its words one channel each. The padding keeps planes, and
/// rows of 2 KB, out of the same few cache sets.
struct Planes {
  float* base;
  Index row;
  Index plane;  // between positions
};
HWY_INLINE Planes planes_at(float* base, int words, int rows) {
  const Index row = words % 512 == 0 ? words + 16 : words;
  return {base, row, row * rows + 16};
}
template <class F>
HWY_INLINE Index planes_size(int words, int rows) {
  return (planes_at(nullptr, words, rows).plane * F::kIn * F::kIn + 15) / 16 * 16;
}

/// Most tiles handled at once: what they take should stay in the second-level cache with the weights that pass by.
/// Never falls as the grid grows, so scratch for the largest grid is enough for all.
/// @param words   that a tile takes per position
template <class F>
HWY_INLINE int most_tiles(const Grid& g, int words, Index elements, int least) {
  const Index one = static_cast<Index>(F::kIn) * F::kIn * words;
  return min_int(g.total, max_int(least, static_cast<int>(elements / one)));
}
/// Blocks of equal size.
HWY_INLINE int block_tiles(const Grid& g, int most) { return ceil_div(g.total, ceil_div(g.total, most)); }

/// B^T d B of tiles [begin, begin + count).
template <class F, Members members>
void transform_inputs(const Grid& g, const float* HWY_RESTRICT in, int begin, int count, const Planes& planes);

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME::winograd
