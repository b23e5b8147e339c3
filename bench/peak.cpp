#include <cstddef>

#include "harness.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
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
#elif defined(__aarch64__)
#define FPCPU_MULTIPLY_ADD_NEON(s, f, t) vfmaq_f32(t, s, f)
double run_neon(float seed, volatile float& sink) {
  FPCPU_PEAK_LOOP(float32x4_t, 4, vdupq_n_f32, FPCPU_MULTIPLY_ADD_NEON);
}
#endif

/// Floating-point operations done by one call.
double run_loop(Isa isa) {
  volatile float seed = 1e-3F;
  volatile float sink = 0.0F;
#if defined(__x86_64__)
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

double peak_gflops(Isa isa, ThreadPool& pool, double seconds) {
  std::vector<double> operations(static_cast<std::size_t>(pool.threads()), 0.0);
  const auto all = [&] {
    pool.parallel_for(pool.threads(), [&](int i, int) { operations[static_cast<std::size_t>(i)] = run_loop(isa); });
  };
  const Timing t = measure(all, {.seconds = seconds, .clock = clock_for(pool.threads())});
  double total = 0.0;
  for (const double o : operations) total += o;
  return total / t.min * 1e-9;
}

}  // namespace fpcpu::bench
