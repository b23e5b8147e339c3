// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/words.hpp"

/// What the tiles of a convolution are told, and how they end. A tile is a block of
///   sum[m][n] = sum over k of a(m, k) * b[k][n]
/// One row m is an output pixel (forward, data gradient) or a transformed tile of Winograd's; k, lengths and strides
/// count words of words.hpp.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

inline constexpr int kPanel = 2 * kLanes;  // output channels of a full panel
static_assert(kSharedColumns % kPanel == 0, "a shared range of columns must begin with a panel");
inline constexpr float kInfinity = __builtin_inff();

/// A run of the reduction that is contiguous in a.
struct Piece {
  Index offset;
  int length;
};

/// What the tiles of one panel of output channels have in common.
struct TileJob {
  const Piece* pieces;
  int count;
  Index a_stride;     // between the rows of a tile
  const float* b;     // packed, NV * kLanes per step of the reduction, pieces one after the other
  Index y_stride;     // between the rows of a tile
  int columns;        // of this panel that exist, <= NV * kLanes
  const float* bias;  // may be null
  bool add;           // y already holds a part of the sum
  float floor, cap;   // y = min(cap, max(floor, sum)); NaN stays NaN
};

/// y = min(cap, max(floor, sum + bias)) for one vector of a panel that is not full. Out of line: rare, and code size.
inline HWY_NOINLINE void finish_part(const TileJob& job, V sum, int column, float* y) {
  const int rest = job.columns - column;
  if (job.bias != nullptr) sum = hn::Add(sum, load_some(job.bias + column, rest));
  if (job.add) sum = hn::Add(sum, load_some(y, rest));
  store_some(at_most(hn::Set(d, job.cap), at_least(hn::Set(d, job.floor), sum)), y, rest);
}

template <int M, int NV>
HWY_INLINE void finish_tile(const TileJob& job, const V (&acc)[M][NV], float* HWY_RESTRICT y) {
  if (job.columns != NV * kLanes) {
    unroll<M>([&](auto m) FPCPU_INLINE {
      constexpr int kM = decltype(m)::value;
      unroll<NV>([&](auto n) FPCPU_INLINE {
        constexpr int kN = decltype(n)::value;
        finish_part(job, acc[kM][kN], kN * kLanes, y + kM * job.y_stride + kN * kLanes);
      });
    });
    return;
  }
  const V floor = hn::Set(d, job.floor);
  const V cap = hn::Set(d, job.cap);
  unroll<NV>([&](auto n) FPCPU_INLINE {
    constexpr int kN = decltype(n)::value;
    const V bias = job.bias == nullptr ? hn::Zero(d) : hn::LoadU(d, job.bias + kN * kLanes);
    unroll<M>([&](auto m) FPCPU_INLINE {
      constexpr int kM = decltype(m)::value;
      float* out = y + kM * job.y_stride + kN * kLanes;
      V v = hn::Add(acc[kM][kN], bias);
      if (job.add) v = hn::Add(v, hn::LoadU(d, out));
      // Operand order matters: x86 returns the second operand for NaN, and a diverged training must stay visible.
      hn::StoreU(at_most(cap, at_least(floor, v)), d, out);
    });
  });
}

/// The rows of a panel of output channels: so many lines of so many rows.
struct Lines {
  int count, rows;
  Index a, y;  // distances between lines
};

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
