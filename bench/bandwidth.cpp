// SPDX-License-Identifier: MIT
#include <cstddef>
#include <vector>

#include "core/arena.hpp"
#include "harness.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace fpcpu::bench {

namespace {

constexpr float kFactor = 1.5F;

/// The factor is a vector of the instruction set; counts are multiples of 64 scalars.
#define FPCPU_TRIAD_LOOP(kLanes, broadcast, load, store, multiply_add)                   \
  const auto factor = broadcast(kFactor);                                                \
  for (std::size_t i = 0; i < n; i += 4 * (kLanes)) {                                    \
    _Pragma("GCC unroll 4") for (std::size_t j = i; j < i + 4 * (kLanes); j += (kLanes)) \
        store(a + j, multiply_add(load(c + j), factor, load(b + j)));                    \
  }

#if defined(__x86_64__)
#define FPCPU_MULTIPLY_ADD_SSE(s, f, t) _mm_add_ps(_mm_mul_ps(s, f), t)
void run_sse4(float* a, const float* b, const float* c, std::size_t n) {
  FPCPU_TRIAD_LOOP(4, _mm_set1_ps, _mm_load_ps, _mm_store_ps, FPCPU_MULTIPLY_ADD_SSE)
}

__attribute__((target("avx2,fma"))) void run_avx2(float* a, const float* b, const float* c, std::size_t n) {
  FPCPU_TRIAD_LOOP(8, _mm256_set1_ps, _mm256_load_ps, _mm256_store_ps, _mm256_fmadd_ps)
}

__attribute__((target("avx512f"))) void run_avx512(float* a, const float* b, const float* c, std::size_t n) {
  FPCPU_TRIAD_LOOP(16, _mm512_set1_ps, _mm512_load_ps, _mm512_store_ps, _mm512_fmadd_ps)
}
#elif defined(__aarch64__)
#define FPCPU_MULTIPLY_ADD_NEON(s, f, t) vfmaq_f32(t, s, f)
void run_neon(float* a, const float* b, const float* c, std::size_t n) {
  FPCPU_TRIAD_LOOP(4, vdupq_n_f32, vld1q_f32, vst1q_f32, FPCPU_MULTIPLY_ADD_NEON)
}
#endif

void run_triad(Isa isa, float* a, const float* b, const float* c, std::size_t n) {
#if defined(__x86_64__)
  if (isa == Isa::avx2) return run_avx2(a, b, c, n);
  if (isa == Isa::avx512) return run_avx512(a, b, c, n);
  run_sse4(a, b, c, n);
#elif defined(__aarch64__)
  static_cast<void>(isa);
  run_neon(a, b, c, n);
#else
  static_cast<void>(isa);
  for (std::size_t i = 0; i < n; ++i) a[i] = b[i] + kFactor * c[i];
#endif
}

}  // namespace

double triad_gbytes(Isa isa, ThreadPool& pool, std::size_t bytes, double seconds) {
  constexpr std::size_t kGranule = 64;
  // A clock needs some microseconds of work between its two readings.
  constexpr std::size_t kLeastTraffic = std::size_t{1} << 20U;
  const std::size_t n = (bytes / (3 * sizeof(float)) + kGranule - 1) / kGranule * kGranule;
  const std::size_t pass = 3 * sizeof(float) * n;
  const std::size_t repeats = (kLeastTraffic + pass - 1) / pass;
  std::vector<AlignedBuffer<float>> memory;
  for (int t = 0; t < pool.threads(); ++t) memory.emplace_back(3 * n);
  const auto all = [&] {
    pool.parallel_for(pool.threads(), [&](int i, int) {
      float* a = memory[static_cast<std::size_t>(i)].data();
      for (std::size_t r = 0; r < repeats; ++r) run_triad(isa, a, a + n, a + 2 * n, n);
    });
  };
  const Timing t = measure(all, {.seconds = seconds, .clock = clock_for(pool.threads())});
  return static_cast<double>(pass * repeats) * pool.threads() / t.min * 1e-9;
}

}  // namespace fpcpu::bench
