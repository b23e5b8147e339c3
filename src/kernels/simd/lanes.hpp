// SPDX-License-Identifier: MIT
#pragma once

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#include "kernels/table.hpp"

/// What every kernel file of one instruction set shares: vector types, partial loads and stores, unrolling.
///
/// The files of this folder are compiled once per instruction set, each time into its own namespace FPCPU_ISA_NAME.
/// They may not use Eigen or std:: algorithms and containers: such inline functions would be compiled with the wider
/// instructions, and the linker could pick that copy for the whole program.
#if !defined(FPCPU_ISA_NAME)
#error "FPCPU_ISA_NAME is set by src/kernels/CMakeLists.txt"
#endif

/// A table for bfloat16 has convolutions and dense layers of its own; most other kernels are those of the same vectors
/// in float.
#if FPCPU_BF16
#define FPCPU_FP32_NAME avx512
#else
#define FPCPU_FP32_NAME FPCPU_ISA_NAME
#endif

/// AMX has convolutions of its own again; what else computes in bfloat16 is that of its vectors.
#if FPCPU_AMX
#define FPCPU_BF16_NAME avx512_bf16
#else
#define FPCPU_BF16_NAME FPCPU_ISA_NAME
#endif

/// For lambdas: clang would inline a big one called twice too late to keep the arrays it captures in registers (the
/// convolution tile ran at 13 % of the peak instead of 95 %).
#define FPCPU_INLINE HWY_ATTR __attribute__((always_inline))

namespace fpcpu::kernels::FPCPU_ISA_NAME {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
inline constexpr D d{};
inline constexpr int kLanes = static_cast<int>(HWY_LANES(float));
static_assert(kLanes == FPCPU_ISA_LANES, "the compile flags of this instruction set do not give the wished vectors");

using Index = std::ptrdiff_t;

HWY_INLINE int min_int(int a, int b) { return a < b ? a : b; }
HWY_INLINE int max_int(int a, int b) { return a > b ? a : b; }
HWY_INLINE int ceil_div(int a, int b) { return (a + b - 1) / b; }

/// max(low, v) and min(high, v) in which NaN stays NaN. On x86 the instruction returns its second operand then; Arm's
/// that Highway uses returns the number.
HWY_INLINE V at_least(V low, V v) {
#if HWY_ARCH_ARM
  return hn::IfThenElse(hn::Lt(v, low), low, v);
#else
  return hn::Max(low, v);
#endif
}
HWY_INLINE V at_most(V high, V v) {
#if HWY_ARCH_ARM
  return hn::IfThenElse(hn::Gt(v, high), high, v);
#else
  return hn::Min(high, v);
#endif
}

/// The first `n` < kLanes values, zeros after them; never touches memory beyond them.
HWY_INLINE V load_part(const float* p, int n) {
#if HWY_CAP_GE256
  return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(n)), d, p);
#else
  alignas(64) float lanes[kLanes] = {};
  for (int i = 0; i < n; ++i) lanes[i] = p[i];
  return hn::Load(d, lanes);
#endif
}

HWY_INLINE void store_part(V v, float* p, int n) {
#if HWY_CAP_GE256
  hn::BlendedStore(v, hn::FirstN(d, static_cast<std::size_t>(n)), d, p);
#else
  alignas(64) float lanes[kLanes];
  hn::Store(v, d, lanes);
  for (int i = 0; i < n; ++i) p[i] = lanes[i];
#endif
}

/// `n` may be anything: <= 0 gives zeros, >= kLanes a whole vector.
HWY_INLINE V load_some(const float* p, int n) {
  if (n >= kLanes) return hn::LoadU(d, p);
  return n > 0 ? load_part(p, n) : hn::Zero(d);
}

HWY_INLINE void store_some(V v, float* p, int n) {
  if (n >= kLanes) {
    hn::StoreU(v, d, p);
  } else if (n > 0) {
    store_part(v, p, n);
  }
}

HWY_INLINE int end_of(const ChannelRange& range, int all) { return range.end > 0 ? range.end : all; }

/// The first n of the sums at p: replaced or, with `add`, added to.
inline HWY_NOINLINE void add_part(V sum, float* p, int n, bool add) {
  store_some(add ? hn::Add(sum, load_some(p, n)) : sum, p, n);
}

template <int I>
struct Constant {
  static constexpr int value = I;
};

/// body(Constant<0>{}) ... body(Constant<N-1>{}): unrolled before the compiler decides where arrays live, so that an
/// array of vectors indexed by the constants stays in registers.
template <int N, class Body>
HWY_INLINE void unroll(const Body& body) {
  if constexpr (N > 0) {
    unroll<N - 1>(body);
    body(Constant<N - 1>{});
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
