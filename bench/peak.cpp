// SPDX-License-Identifier: MIT
#include <cstddef>
#include <vector>

#include "harness.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels/simd/amx.hpp"
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace fpcpu::bench {

namespace {

constexpr int kSteps = 200'000;
// Enough independent chains to hide a latency of four cycles on two pipes, and a register file of sixteen holds them.
constexpr int kChains = 12;

/// The chains differ at the start, or the compiler would compute one of them.
#define FPCPU_PEAK_LOOP(Vector, kLanes, broadcast, multiply_add)                                            \
  Vector sum[kChains];                                                                                      \
  for (int i = 0; i < kChains; ++i) sum[i] = broadcast(static_cast<float>(i) * seed);                       \
  const Vector factor = broadcast(0.999F + seed);                                                           \
  const Vector term = broadcast(seed);                                                                      \
  for (int step = 0; step < kSteps; ++step) {                                                               \
    _Pragma("GCC unroll 12") for (int i = 0; i < kChains; ++i) sum[i] = multiply_add(sum[i], factor, term); \
  }                                                                                                         \
  Vector total = sum[0];                                                                                    \
  for (int i = 1; i < kChains; ++i) total = multiply_add(total, factor, sum[i]);                            \
  sink = reinterpret_cast<const float*>(&total)[0];                                                         \
  return 2.0 * (kLanes)*kChains * kSteps

#if defined(__x86_64__)
#define FPCPU_MULTIPLY_ADD_SSE(s, f, t) _mm_add_ps(_mm_mul_ps(s, f), t)
double run_sse4(float seed, volatile float& sink) { FPCPU_PEAK_LOOP(__m128, 4, _mm_set1_ps, FPCPU_MULTIPLY_ADD_SSE); }

__attribute__((target("avx2,fma"))) double run_avx2(float seed, volatile float& sink) {
  FPCPU_PEAK_LOOP(__m256, 8, _mm256_set1_ps, _mm256_fmadd_ps);
}

__attribute__((target("avx512f"))) double run_avx512(float seed, volatile float& sink) {
  FPCPU_PEAK_LOOP(__m512, 16, _mm512_set1_ps, _mm512_fmadd_ps);
}

double run_amx() {
  namespace amx = kernels::amx;
  constexpr int kTile = amx::kRows * amx::kRowWords;
  constexpr int kBlocks = 128;  // 4 KB each: more than a first-level cache, less than a second-level one
  constexpr int kPasses = 20;
  constexpr double kOperations = 4.0 * kTile * amx::kRowWords * 2 * 2;  // of a block: four tiles of sums of pairs
  static thread_local const std::vector<float> factors(4 * kTile * kBlocks, 0.5F);
  const amx::Session session;
  for (int pass = 0; pass < kPasses; ++pass) {
    for (const float* p = factors.data(); p != factors.data() + factors.size(); p += 4 * kTile) {
      amx::load<4>(p, amx::kRowWords);
      amx::load<5>(p + kTile, amx::kRowWords);
      amx::load<6>(p + 2 * kTile, amx::kRowWords);
      amx::load<7>(p + 3 * kTile, amx::kRowWords);
      amx::multiply_add<0, 4, 6>();
      amx::multiply_add<1, 4, 7>();
      amx::multiply_add<2, 5, 6>();
      amx::multiply_add<3, 5, 7>();
    }
  }
  return kOperations * kBlocks * kPasses;
}
#elif defined(__aarch64__)
#define FPCPU_MULTIPLY_ADD_NEON(s, f, t) vfmaq_f32(t, s, f)
double run_neon(float seed, volatile float& sink) {
  FPCPU_PEAK_LOOP(float32x4_t, 4, vdupq_n_f32, FPCPU_MULTIPLY_ADD_NEON);
}
#endif

/// Floating-point operations done by one call.
double run_loop(const kernels::KernelTable<float>& table) {
  const Isa isa = table.isa;
  volatile float seed = 1e-3F;
  volatile float sink = 0.0F;
#if defined(__x86_64__)
  if (table.amx) return run_amx();
  switch (isa) {
    case Isa::avx2:
      return run_avx2(seed, sink);
    case Isa::avx512:
      return run_avx512(seed, sink);
    default:
      return run_sse4(seed, sink);
  }
#elif defined(__aarch64__)
  static_cast<void>(isa);
  return run_neon(seed, sink);
#else
  static_cast<void>(isa);
  float sum = sink;
  for (int step = 0; step < kSteps; ++step) sum = sum * 0.999F + seed;
  sink = sum;
  return 2.0 * kSteps;
#endif
}

}  // namespace

double peak_gflops(const kernels::KernelTable<float>& table, ThreadPool& pool, double seconds) {
  std::vector<double> operations(static_cast<std::size_t>(pool.threads()), 0.0);
  const auto all = [&] {
    pool.parallel_for(pool.threads(), [&](int i, int) { operations[static_cast<std::size_t>(i)] = run_loop(table); });
  };
  const Timing t = measure(all, {.seconds = seconds, .clock = clock_for(pool.threads())});
  double total = 0.0;
  for (const double o : operations) total += o;
  return total / t.min * 1e-9;
}

}  // namespace fpcpu::bench
