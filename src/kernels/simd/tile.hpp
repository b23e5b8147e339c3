// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/tile_job.hpp"

/// The loop in which the program spends its time: a register tile of M rows by NV vectors,
///   acc[m][n] += a(m, k) * b[k][n]
/// with a(m, k) broadcast from memory and b packed NV vectors a row.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

/// Most tile rows for NV vectors, limited by registers: M * NV accumulators, NV vectors of b, one broadcast, and
/// without fused multiply-add one product.
template <int NV>
inline constexpr int kTileRows = NV == 2 ? (HWY_CAP_GE512 ? 14 : (HWY_ARCH_ARM_A64 ? 12 : 6))
                                         : (HWY_CAP_GE512 ? 14 : 12);

/// One tile of outputs: row m reads a + m * a_stride and writes y + m * y_stride.
using TileFunction = void (*)(const TileJob&, const float* a, float* y);

/// The tile with m rows, 1 <= m <= kTileRows<NV>; NV is 1 or 2. Defined in tile.cpp: each size is a function of its own
/// whose loops are unrolled, and so compiled once.
template <int NV>
TileFunction tile_function(int m);

/// Rows [0, count) of a panel of NV vectors: row m reads a + m * a_stride and writes y + m * y_stride.
template <int NV>
void run_tiles(const TileJob& job, int count, const float* a, float* y) {
  const int tiles = ceil_div(count, kTileRows<NV>);
  // Equal sizes (100 = 4*13 + 4*12): a short last tile would leave the multipliers idle.
  const int size = count / tiles;
  const int larger = count % tiles;
  const TileFunction big = tile_function<NV>(min_int(size + 1, kTileRows<NV>));
  const TileFunction small = tile_function<NV>(size);
  for (int t = 0; t < tiles; ++t) {
    const int m = t < larger ? size + 1 : size;
    (t < larger ? big : small)(job, a, y);
    a += m * job.a_stride;
    y += m * job.y_stride;
  }
}

/// All rows of a panel of NV vectors.
template <int NV>
void run_lines(const TileJob& job, const Lines& lines, const float* a, float* y) {
  for (int line = 0; line < lines.count; ++line) {
    run_tiles<NV>(job, lines.rows, a + line * lines.a, y + line * lines.y);
  }
}

/// Registers need no preparation.
struct TileSession {};

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
