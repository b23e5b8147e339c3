// SPDX-License-Identifier: MIT
#include "kernels/simd/weight_tile.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

namespace {

template <int M, int NV>
void tile_weights(const WeightJob& job, const float* HWY_RESTRICT x, float* HWY_RESTRICT dw) {
  V acc[M][NV];
  unroll<M>([&](auto m) FPCPU_INLINE {
    unroll<NV>([&](auto n) FPCPU_INLINE { acc[decltype(m)::value][decltype(n)::value] = hn::Zero(d); });
  });
  const float* HWY_RESTRICT b = job.dy;
  for (int line = 0; line < job.lines; ++line) {
    const float* HWY_RESTRICT a = x + line * job.line;
    for (int p = 0; p < job.pixels; ++p) {
      V bv[NV];
      unroll<NV>([&](auto n) FPCPU_INLINE { bv[decltype(n)::value] = hn::LoadU(d, b + decltype(n)::value * kLanes); });
      unroll<M>([&](auto m) FPCPU_INLINE {
        constexpr int kM = decltype(m)::value;
        const V av = hn::Set(d, a[kM]);
        unroll<NV>([&](auto n) FPCPU_INLINE {
          constexpr int kN = decltype(n)::value;
          acc[kM][kN] = multiply_add(av, bv[kN], acc[kM][kN]);
        });
      });
      a += job.pixel;
      b += NV * kLanes;
    }
  }
  const bool whole = job.columns == NV * kLanes;
  unroll<M>([&](auto m) FPCPU_INLINE {
    constexpr int kM = decltype(m)::value;
    unroll<NV>([&](auto n) FPCPU_INLINE {
      constexpr int kN = decltype(n)::value;
      float* out = dw + kM * job.dw_stride + kN * kLanes;
      if (whole) {
        hn::StoreU(job.add ? hn::Add(acc[kM][kN], hn::LoadU(d, out)) : acc[kM][kN], d, out);
      } else {
        add_part(acc[kM][kN], out, job.columns - kN * kLanes, job.add);
      }
    });
  });
}

template <int NV, int M = kTileRows<NV>>
HWY_INLINE WeightFunction tile_of(int m) {
  if constexpr (M == 1) {
    return &tile_weights<1, NV>;
  } else {
    return m == M ? &tile_weights<M, NV> : tile_of<NV, M - 1>(m);
  }
}

}  // namespace

template <>
WeightFunction weight_function<1>(int m) {
  return tile_of<1>(m);
}
template <>
WeightFunction weight_function<2>(int m) {
  return tile_of<2>(m);
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
