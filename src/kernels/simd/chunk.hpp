// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/lanes.hpp"

/// Loops over flat memory or channels, one vector at a time, with the same body for whole vectors and for the rest.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

using DIndex = hn::Rebind<std::int32_t, D>;
using DByte = hn::Rebind<std::uint8_t, D>;
using DBf16 = hn::Rebind<std::uint16_t, D>;
using VIndex = hn::Vec<DIndex>;

HWY_INLINE V widened(hn::Vec<DBf16> v) {
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(hn::Rebind<std::uint32_t, D>(), v)));
}

/// A whole vector.
struct Whole {
  HWY_INLINE V load(const float* p) const { return hn::LoadU(d, p); }
  HWY_INLINE V load(const Bf16* p) const { return widened(hn::LoadU(DBf16(), &p->bits)); }
  HWY_INLINE void store(V v, float* p) const { hn::StoreU(v, d, p); }
  HWY_INLINE VIndex load_bytes(const std::uint8_t* p) const { return hn::PromoteTo(DIndex(), hn::LoadU(DByte(), p)); }
  HWY_INLINE void store_bytes(VIndex v, std::uint8_t* p) const { hn::StoreU(hn::DemoteTo(DByte(), v), DByte(), p); }
  HWY_INLINE int count() const { return kLanes; }
};

/// The first n < kLanes values; the others are zero and never touched in memory.
struct Part {
  int n;
  HWY_INLINE V load(const float* p) const { return load_part(p, n); }
  HWY_INLINE V load(const Bf16* p) const {
    alignas(32) Bf16 values[kLanes] = {};
    for (int i = 0; i < n; ++i) values[i] = p[i];
    return Whole{}.load(values);
  }
  HWY_INLINE void store(V v, float* p) const { store_part(v, p, n); }
  HWY_INLINE VIndex load_bytes(const std::uint8_t* p) const {
    alignas(16) std::uint8_t bytes[kLanes] = {};
    for (int i = 0; i < n; ++i) bytes[i] = p[i];
    return Whole{}.load_bytes(bytes);
  }
  HWY_INLINE void store_bytes(VIndex v, std::uint8_t* p) const {
    alignas(16) std::uint8_t bytes[kLanes];
    Whole{}.store_bytes(v, bytes);
    for (int i = 0; i < n; ++i) p[i] = bytes[i];
  }
  HWY_INLINE int count() const { return n; }
};

/// body(offset, Whole or Part) over [0, n).
template <class Size, class Body>
HWY_INLINE void for_chunks(Size n, const Body& body) {
  constexpr Size kStep = static_cast<Size>(kLanes);
  Size i = 0;
  for (; i + kStep <= n; i += kStep) body(i, Whole{});
  if (i < n) body(i, Part{static_cast<int>(n - i)});
}

/// Pixels are taken in runs, each through all channels, a vector of channels at a time: per-channel constants and sums
/// stay in registers for a run. Few pixels keep the ways through memory few and long (4 in place of 16:
/// batch norm forward a quarter faster, backward a sixth); sums want longer runs, because each ends in additions to
/// doubles.
inline constexpr int kRun = 4;
inline constexpr int kSumRun = 16;

template <int kLength = kRun, class Body>
HWY_INLINE void for_runs(int pixels, const Body& body) {
  for (int begin = 0; begin < pixels; begin += kLength) body(begin, min_int(pixels, begin + kLength));
}

/// sums[0..count) += v, in double.
HWY_INLINE void add_to_doubles(V v, int count, double* sums) {
#if HWY_HAVE_FLOAT64
  if (count >= kLanes) {
    const hn::Half<D> half;
    const hn::Rebind<double, hn::Half<D>> doubles;
    const auto add = [&](hn::Vec<hn::Half<D>> part, double* p) FPCPU_INLINE {
      hn::StoreU(hn::Add(hn::LoadU(doubles, p), hn::PromoteTo(doubles, part)), doubles, p);
    };
    add(hn::LowerHalf(half, v), sums);
    add(hn::UpperHalf(half, v), sums + kLanes / 2);
    return;
  }
#endif
  alignas(64) float lanes[kLanes];
  hn::Store(v, d, lanes);
  for (int i = 0; i < count; ++i) sums[i] += static_cast<double>(lanes[i]);
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
