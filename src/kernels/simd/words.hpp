// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/lanes.hpp"

#if FPCPU_BF16
#include <immintrin.h>
#endif

/// The unit of a sum, of convolutions and dense layers: a 32-bit word. It holds one float or, where FPCPU_BF16 is set,
/// two bfloat16 values that are neighbours in the sum. Words live in float memory; nothing but multiply_add() looks
/// into them.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

HWY_INLINE void copy_floats(const float* HWY_RESTRICT from, float* HWY_RESTRICT to, Index n) {
  __builtin_memcpy(to, from, static_cast<std::size_t>(n) * sizeof(float));
}
HWY_INLINE void zero_floats(float* to, Index n) {
  __builtin_memset(to, 0, static_cast<std::size_t>(n) * sizeof(float));
}

/// What a sum runs over, and therefore which values share a word: channels, or places (pixels, tiles).
enum class Members : std::uint8_t { channels, places };

#if FPCPU_BF16

inline constexpr int kPerWord = 2;

/// acc + a.first * b.first + a.second * b.second, products and sums in float.
HWY_INLINE V multiply_add(V a, V b, V acc) {
  return V{_mm512_dpbf16_ps(acc.raw, reinterpret_cast<__m512bh>(a.raw), reinterpret_cast<__m512bh>(b.raw))};
}

/// Word i holds first[i] and second[i], rounded to nearest even.
HWY_INLINE V paired(V first, V second) {
  alignas(64) static constexpr std::int16_t kInterleave[32] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                               21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                               11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const __m512i values = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second.raw, first.raw));
  return V{reinterpret_cast<__m512>(_mm512_permutexvar_epi16(_mm512_load_si512(kInterleave), values))};
}

/// Values that are neighbours in v share a word: kLanes / 2 words.
HWY_INLINE void store_words(V v, float* p) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(v.raw)));
}

/// kLanes words of neighbours, from n values, zeros behind.
HWY_INLINE V load_words(const float* from, int n) {
  return V{
      reinterpret_cast<__m512>(_mm512_cvtne2ps_pbh(load_some(from + kLanes, n - kLanes).raw, load_some(from, n).raw))};
}

/// n values as ceil(n / 2) words, the last one filled up with zero.
HWY_INLINE void copy_words(const float* HWY_RESTRICT from, float* HWY_RESTRICT to, Index n) {
  for (; n >= 2 * kLanes; n -= 2 * kLanes, from += 2 * kLanes, to += kLanes) {
    hn::StoreU(load_words(from, 2 * kLanes), d, to);
  }
  const int rest = static_cast<int>(n);
  if (rest > 0) store_some(load_words(from, rest), to, (rest + 1) / 2);
}

/// Writes the values of member `index` of a sum to the words at p, one value a word. Members 2i and 2i + 1 share words
/// and must be written in this order; a sum that ends with an even index needs finish_word(). (Known at compile
/// time whether the index is even: no gain.)
HWY_INLINE void store_member(V v, float* p, int index) {
  hn::StoreU(index % 2 == 0 ? v : paired(hn::LoadU(d, p), v), d, p);
}
HWY_INLINE void finish_word(float* p) { store_member(hn::Zero(d), p, 1); }

/// kLanes words of values `at` ... of both members, of which n exist, zeros behind; a null member counts as zeros.
HWY_INLINE V load_members(const float* const (&members)[2], Index at, int n) {
  const auto load = [&](int member) FPCPU_INLINE {
    return members[member] == nullptr ? hn::Zero(d) : load_some(members[member] + at, n);
  };
  return paired(load(0), load(1));
}

/// Word i holds value i of both members.
HWY_INLINE void copy_members(const float* const (&members)[2], Index n, float* HWY_RESTRICT to) {
  for (Index i = 0; i < n; i += kLanes) {
    const int rest = static_cast<int>(n - i);
    store_some(load_members(members, i, rest), to + i, rest);
  }
}

#else

inline constexpr int kPerWord = 1;

HWY_INLINE V multiply_add(V a, V b, V acc) { return hn::MulAdd(a, b, acc); }
HWY_INLINE void store_words(V v, float* p) { hn::StoreU(v, d, p); }
HWY_INLINE V load_words(const float* from, int n) { return load_some(from, n); }
HWY_INLINE void copy_words(const float* HWY_RESTRICT from, float* HWY_RESTRICT to, Index n) {
  copy_floats(from, to, n);
}
HWY_INLINE void store_member(V v, float* p, int) { hn::StoreU(v, d, p); }
HWY_INLINE void finish_word(float*) {}
HWY_INLINE V load_members(const float* const (&members)[1], Index at, int n) { return load_some(members[0] + at, n); }
HWY_INLINE void copy_members(const float* const (&members)[1], Index n, float* HWY_RESTRICT to) {
  copy_floats(members[0], to, n);
}

#endif

HWY_INLINE int words_of(int values) { return ceil_div(values, kPerWord); }

/// Whether sums are computed by AMX, which needs FPCPU_BF16.
#if FPCPU_AMX
inline constexpr bool kAmx = true;
#else
inline constexpr bool kAmx = false;
#endif

/// How many words of a sum a tile takes at once. Runs of a sum that are contiguous are filled up to a multiple of it.
inline constexpr int kDepthStep = kAmx ? 16 : 1;
HWY_INLINE int whole_steps(int words) { return ceil_div(words, kDepthStep) * kDepthStep; }

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
