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

/// Steps of the reduction per loop. Sanitizers instrument every load: their builds take one, or compile for minutes.
inline constexpr int kUnroll = FPCPU_TILE_UNROLL;

/// One tile of outputs: row m reads a + m * a_stride.
template <int M, int NV>
void tile_outputs(const TileJob& job, const float* HWY_RESTRICT a, float* HWY_RESTRICT y) {
  constexpr int kGroups = (M + 2) / 3;
  const Index stride = job.a_stride;
  V acc[M][NV];
  unroll<M>([&](auto m) FPCPU_INLINE {
    unroll<NV>([&](auto n) FPCPU_INLINE { acc[decltype(m)::value][decltype(n)::value] = hn::Zero(d); });
  });
  const float* HWY_RESTRICT b = job.b;
  for (int s = 0; s < job.count; ++s) {
    // Three rows share a pointer (p, p + stride, p + 2 * stride are addressing modes): fourteen would not fit.
    const float* p[kGroups];
    unroll<kGroups>([&](auto g) FPCPU_INLINE {
      p[decltype(g)::value] = a + job.pieces[s].offset + decltype(g)::value * 3 * stride;
    });
    const auto step = [&](auto k) FPCPU_INLINE {
      constexpr int kK = decltype(k)::value;
      V bv[NV];
      unroll<NV>([&](auto n) FPCPU_INLINE {
        constexpr int kN = decltype(n)::value;
        bv[kN] = hn::LoadU(d, b + (kK * NV + kN) * kLanes);
      });
      unroll<M>([&](auto m) FPCPU_INLINE {
        constexpr int kM = decltype(m)::value;
        const V av = hn::Set(d, *(p[kM / 3] + (kM % 3) * stride + kK));
        unroll<NV>([&](auto n) FPCPU_INLINE {
          constexpr int kN = decltype(n)::value;
          acc[kM][kN] = multiply_add(av, bv[kN], acc[kM][kN]);
        });
      });
    };
    const auto advance = [&](int steps) FPCPU_INLINE {
      unroll<kGroups>([&](auto g) FPCPU_INLINE { p[decltype(g)::value] += steps; });
      b += steps * NV * kLanes;
    };
    int k = job.pieces[s].length;
    if constexpr (kUnroll > 1) {
      for (; k >= kUnroll; k -= kUnroll) {
        unroll<kUnroll>(step);
        advance(kUnroll);
      }
    }
    for (; k > 0; --k) {
      step(Constant<0>{});
      advance(1);
    }
  }
  finish_tile<M, NV>(job, acc, y);
}

using TileFunction = void (*)(const TileJob&, const float*, float*);

/// tile_function<NV>(m): the tile with m rows, 1 <= m <= kTileRows<NV>.
template <int NV, int M = kTileRows<NV>>
HWY_INLINE TileFunction tile_function(int m) {
  if constexpr (M == 1) {
    return &tile_outputs<1, NV>;
  } else {
    return m == M ? &tile_outputs<M, NV> : tile_function<NV, M - 1>(m);
  }
}

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
