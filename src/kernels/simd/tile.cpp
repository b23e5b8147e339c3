// SPDX-License-Identifier: MIT
#include "kernels/simd/tile.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

namespace {

/// Steps of the reduction per loop. Sanitizers instrument every load: their builds take one, or compile for minutes.
inline constexpr int kUnroll = FPCPU_TILE_UNROLL;

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

template <int NV, int M = kTileRows<NV>>
HWY_INLINE TileFunction tile_of(int m) {
  if constexpr (M == 1) {
    return &tile_outputs<1, NV>;
  } else {
    return m == M ? &tile_outputs<M, NV> : tile_of<NV, M - 1>(m);
  }
}

}  // namespace

template <>
TileFunction tile_function<1>(int m) {
  return tile_of<1>(m);
}
template <>
TileFunction tile_function<2>(int m) {
  return tile_of<2>(m);
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
