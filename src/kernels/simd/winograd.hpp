#pragma once

#include "kernels/simd/lanes.hpp"

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

/// F(4x4, 3x3): points 0, 1, -1, 2, -2, infinity; 4 times fewer multiplications.
struct F4 {
  static constexpr int kOut = 4;
  static constexpr int kIn = 6;

  static HWY_INLINE void input(const V (&v)[6], V (&o)[6]) {
    const V two = hn::Set(d, 2.0F);
    const V four = hn::Set(d, 4.0F);
    const V five = hn::Set(d, 5.0F);
    const V even = hn::NegMulAdd(four, v[2], v[4]);
    const V odd = hn::NegMulAdd(four, v[1], v[3]);
    const V even2 = hn::Sub(v[4], v[2]);
    const V odd2 = hn::Sub(v[3], v[1]);
    o[0] = hn::MulAdd(four, v[0], hn::NegMulAdd(five, v[2], v[4]));
    o[1] = hn::Add(even, odd);
    o[2] = hn::Sub(even, odd);
    o[3] = hn::MulAdd(two, odd2, even2);
    o[4] = hn::NegMulAdd(two, odd2, even2);
    o[5] = hn::MulAdd(four, v[1], hn::NegMulAdd(five, v[3], v[5]));
  }
  static HWY_INLINE void output(const V (&v)[6], V (&o)[4]) {
    const V sum = hn::Add(v[1], v[2]);
    const V difference = hn::Sub(v[1], v[2]);
    const V sum2 = hn::Add(v[3], v[4]);
    const V difference2 = hn::Sub(v[3], v[4]);
    o[0] = hn::Add(hn::Add(v[0], sum), sum2);
    o[1] = hn::MulAdd(hn::Set(d, 2.0F), difference2, difference);
    o[2] = hn::MulAdd(hn::Set(d, 4.0F), sum2, sum);
    o[3] = hn::MulAdd(hn::Set(d, 8.0F), difference2, hn::Add(difference, v[5]));
  }
  static HWY_INLINE void output_adjoint(const V (&v)[4], V (&o)[6]) {
    const V even = hn::Add(v[0], v[2]);
    const V odd = hn::Add(v[1], v[3]);
    const V even2 = hn::MulAdd(hn::Set(d, 4.0F), v[2], v[0]);
    const V odd2 = hn::MulAdd(hn::Set(d, 8.0F), v[3], hn::Add(v[1], v[1]));
    o[0] = v[0];
    o[1] = hn::Add(even, odd);
    o[2] = hn::Sub(even, odd);
    o[3] = hn::Add(even2, odd2);
    o[4] = hn::Sub(even2, odd2);
    o[5] = v[3];
  }
  static HWY_INLINE void filter(const V (&v)[3], V (&o)[6]) {
    const V sixth = hn::Set(d, 1.0F / 6.0F);
    const V ends = hn::Mul(sixth, hn::Add(v[0], v[2]));
    const V middle = hn::Mul(sixth, v[1]);
    const V ends2 = hn::MulAdd(sixth, v[2], hn::Mul(hn::Set(d, 1.0F / 24.0F), v[0]));
    const V middle2 = hn::Mul(hn::Set(d, 1.0F / 12.0F), v[1]);
    o[0] = hn::Mul(hn::Set(d, 0.25F), v[0]);
    o[1] = hn::Neg(hn::Add(ends, middle));
    o[2] = hn::Sub(middle, ends);
    o[3] = hn::Add(ends2, middle2);
    o[4] = hn::Sub(ends2, middle2);
    o[5] = v[2];
  }
  static HWY_INLINE void filter_adjoint(const V (&v)[6], V (&o)[3]) {
    const V sixth = hn::Set(d, 1.0F / 6.0F);
    const V sum = hn::Mul(sixth, hn::Add(v[1], v[2]));
    const V difference = hn::Mul(sixth, hn::Sub(v[2], v[1]));
    const V sum2 = hn::Add(v[3], v[4]);
    const V difference2 = hn::Sub(v[3], v[4]);
    o[0] = hn::MulAdd(hn::Set(d, 1.0F / 24.0F), sum2, hn::Sub(hn::Mul(hn::Set(d, 0.25F), v[0]), sum));
    o[1] = hn::MulAdd(hn::Set(d, 1.0F / 12.0F), difference2, difference);
    o[2] = hn::Add(hn::MulAdd(sixth, sum2, v[5]), hn::Neg(sum));
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

/// Transformed tiles: one plane [tile][channel] per position of the transform. The padding keeps planes, and rows of
/// 2 KB, out of the same few cache sets.
struct Planes {
  float* base;
  Index row;    // between tiles
  Index plane;  // between positions
};
HWY_INLINE Index plane_row(int c) {
  const int padded = padded_channels(c);
  return padded % 512 == 0 ? padded + 16 : padded;
}
HWY_INLINE Index plane_size(int c, int tiles) { return plane_row(c) * tiles + 16; }
template <class F>
HWY_INLINE Index planes_size(int c, int tiles) {
  return (plane_size(c, tiles) * F::kIn * F::kIn + 15) / 16 * 16;
}
HWY_INLINE Planes planes_at(float* base, int c, int tiles) { return {base, plane_row(c), plane_size(c, tiles)}; }

/// Most tiles handled at once: what they take should stay in the second-level cache with the weights that pass by.
/// Never falls as the grid grows, so scratch for the largest grid is enough for all.
template <class F>
HWY_INLINE int most_tiles(const Grid& g, Index elements, int least) {
  const Index one = static_cast<Index>(F::kIn) * F::kIn * (padded_channels(g.in_c) + padded_channels(g.out_c));
  return min_int(g.total, max_int(least, static_cast<int>(elements / one)));
}
/// Blocks of equal size.
HWY_INLINE int block_tiles(const Grid& g, int most) { return ceil_div(g.total, ceil_div(g.total, most)); }

/// B^T d B of tiles [begin, begin + count).
template <class F>
void transform_inputs(const Grid& g, const float* HWY_RESTRICT in, int begin, int count, const Planes& planes);

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME::winograd
