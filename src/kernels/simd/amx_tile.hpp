// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/amx_unit.hpp"
#include "kernels/simd/tile_job.hpp"

/// The tiles of tile.hpp computed by AMX.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

using TileSession = amx::Session;

/// Sums of M * 16 rows. Those that do not exist are read all the same, see overrun() of direct_plan.hpp.
template <int M, int NV>
HWY_INLINE void sum_tiles(const TileJob& job, const float* a, float* sums) {
  const Index a_stride = job.a_stride;
  const float* b = job.b;
  zero_sums<M, NV>();
  for (int s = 0; s < job.count; ++s) {
    const float* p = a + job.pieces[s].offset;
    for (int k = job.pieces[s].length; k > 0; k -= kDepthStep) {
      add_products<M, NV>(p, a_stride, b, NV * kLanes);
      p += kDepthStep;
      b += kDepthStep * NV * kLanes;
    }
  }
  store_sums<M, NV>(sums);
}

/// All rows of a panel of NV vectors.
template <int NV>
void run_lines(const TileJob& job, const Lines& lines, const float* a, float* y) {
  constexpr int kBlock = 2 * amx::kRows;
  const Joined joined = join_lines(lines.count, lines.rows, lines.a, job.a_stride);
  const Index rows = joined.period > 0 ? joined.rows : lines.rows;
  alignas(64) float sums[kBlock * NV * kLanes];
  for (int line = 0; line < (joined.period > 0 ? 1 : lines.count); ++line, a += lines.a, y += lines.y) {
    float* out = y;
    Index column = 0;
    for (Index first = 0; first < rows; first += kBlock) {
      const Index count = rows - first < kBlock ? rows - first : kBlock;
      if (count > amx::kRows) {
        sum_tiles<2, NV>(job, a + first * job.a_stride, sums);
      } else {
        sum_tiles<1, NV>(job, a + first * job.a_stride, sums);
      }
      for (Index row = 0; row < count; ++row) {
        if (column < lines.rows) {
          V sum[1][NV];
          unroll<NV>([&](auto n) FPCPU_INLINE {
            constexpr int kN = decltype(n)::value;
            sum[0][kN] = hn::Load(d, sums + (row * NV + kN) * kLanes);
          });
          finish_tile<1, NV>(job, sum, out + column * job.y_stride);
        }
        if (++column == joined.period) {
          column = 0;
          out += lines.y;
        }
      }
    }
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
