// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/direct_plan.hpp"

#if FPCPU_AMX_EMULATED
#include "kernels/simd/amx_emulated.hpp"
#else
#include "kernels/simd/amx.hpp"
#endif

/// Blocks of 1 or 2 by 1 or 2 tiles of sums. Two by two need four loads for four products, and with two tiles of each
/// factor take all eight tiles.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

#if FPCPU_AMX_EMULATED
namespace amx = fpcpu::kernels::amx_emulated;
#endif

static_assert(kDepthStep == amx::kRowWords && kLanes == amx::kRowWords);

/// Lines that are taken as one, with the `period` of rows from one's start to the next's; none if that is 0.
struct Joined {
  Index rows, period;
};

/// Computing the rows between two lines for nothing is cheaper than tiles that are not full. `line` and `row` are the
/// distances in memory.
HWY_INLINE Joined join_lines(int lines, int rows, Index line, Index row) {
  const Index period = line / row;
  const Index all = (lines - 1) * period + rows;
  const auto tiles = [](Index n) FPCPU_INLINE { return (n + amx::kRows - 1) / amx::kRows; };
  if (line == 0 || line % row != 0 || tiles(all) > lines * tiles(rows)) return {};
  return {all, period};
}

/// Lines shorter than this are joined by copying them for every tap. Where neighbours are read, join_lines() is
/// cheaper.
HWY_INLINE int amx_short_line(const Walk& w) { return w.cols.stride == 1 ? 6 : 24; }

template <int M, int N>
HWY_INLINE void zero_sums() {
  unroll<M * N>([](auto i) FPCPU_INLINE { amx::zero<decltype(i)::value>(); });
}

/// sums[m][n] += a[m][k] * b[k][n] over kDepthStep words k.
template <int M, int N>
HWY_INLINE void add_products(const float* a, Index a_stride, const float* b, Index b_stride) {
  constexpr int kA = 4;
  constexpr int kB = 6;
  unroll<N>([&](auto n)
                FPCPU_INLINE { amx::load<kB + decltype(n)::value>(b + decltype(n)::value * kLanes, b_stride); });
  unroll<M>([&](auto m) FPCPU_INLINE {
    constexpr int kM = decltype(m)::value;
    amx::load<kA + kM>(a + kM * amx::kRows * a_stride, a_stride);
    unroll<N>([&](auto n) FPCPU_INLINE {
      constexpr int kN = decltype(n)::value;
      amx::multiply_add<kM * N + kN, kA + kM, kB + kN>();
    });
  });
}

/// Memory of M * kRows rows of N * kLanes floats.
template <int M, int N>
HWY_INLINE void load_sums(const float* p) {
  unroll<M * N>([&](auto i) FPCPU_INLINE {
    constexpr int kI = decltype(i)::value;
    amx::load<kI>(p + kI / N * amx::kRows * N * kLanes + kI % N * kLanes, N * kLanes);
  });
}
template <int M, int N>
HWY_INLINE void store_sums(float* p) {
  unroll<M * N>([&](auto i) FPCPU_INLINE {
    constexpr int kI = decltype(i)::value;
    amx::store<kI>(p + kI / N * amx::kRows * N * kLanes + kI % N * kLanes, N * kLanes);
  });
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
