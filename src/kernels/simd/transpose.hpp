// SPDX-License-Identifier: MIT
#pragma once

#include <immintrin.h>

#include "kernels/simd/lanes.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

/// Where the lanes of one stage of transpose() come from: below 16 the first row's, else the second's.
struct Exchange {
  alignas(64) std::int32_t upper[kLanes];
  alignas(64) std::int32_t lower[kLanes];
};
constexpr Exchange exchange(int distance) {
  Exchange e{};
  for (int i = 0; i < kLanes; ++i) {
    const bool own = (i & distance) == 0;
    e.upper[i] = own ? i : kLanes + i - distance;
    e.lower[i] = own ? i + distance : kLanes + i;
  }
  return e;
}

/// Exchanges the blocks beside the diagonal of every square of 2 * DISTANCE rows and columns.
template <int DISTANCE>
HWY_INLINE void exchange_blocks(V (&rows)[kLanes]) {
  static constexpr Exchange kExchange = exchange(DISTANCE);
  const __m512i upper = _mm512_load_si512(kExchange.upper);
  const __m512i lower = _mm512_load_si512(kExchange.lower);
  unroll<kLanes>([&](auto i) FPCPU_INLINE {
    constexpr int kI = decltype(i)::value;
    if constexpr ((kI & DISTANCE) == 0) {
      const __m512 a = rows[kI].raw;
      const __m512 b = rows[kI + DISTANCE].raw;
      rows[kI] = V{_mm512_permutex2var_ps(a, upper, b)};
      rows[kI + DISTANCE] = V{_mm512_permutex2var_ps(a, lower, b)};
    }
  });
}

/// 16 rows of 16 words become columns, all in registers. channel_block.hpp does it by fours, for any instruction set.
HWY_INLINE void transpose(V (&rows)[kLanes]) {
  static_assert(kLanes == 16);
  exchange_blocks<8>(rows);
  exchange_blocks<4>(rows);
  exchange_blocks<2>(rows);
  exchange_blocks<1>(rows);
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
