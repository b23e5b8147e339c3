#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "core/cpu.hpp"
#include "core/thread_pool.hpp"

namespace fpcpu::bench {

/// Times of one thing, in seconds. Rates of kernels and their share of the peak use the minimum, as the peak itself
/// does; whole steps quote the median. The median absolute deviation tells whether the machine was quiet.
struct Timing {
  double median = 0.0;
  double min = 0.0;
  double mad = 0.0;
  int samples = 0;
};

[[nodiscard]] inline double median_of(std::vector<double> values) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

[[nodiscard]] inline Timing summarise(const std::vector<double>& seconds) {
  Timing t;
  t.samples = static_cast<int>(seconds.size());
  if (seconds.empty()) return t;
  t.min = *std::min_element(seconds.begin(), seconds.end());
  t.median = median_of(seconds);
  std::vector<double> deviation(seconds);
  for (double& d : deviation) d = std::abs(d - t.median);
  t.mad = median_of(deviation);
  return t;
}

[[nodiscard]] inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Sampling {
  double seconds = 0.25;  // spend about this long
  int least = 5;          // but take at least this many samples
  int most = 1000;
};

/// Calls `work` once to warm up, then times it call by call.
template <class Work>
[[nodiscard]] Timing measure(const Work& work, const Sampling& sampling = {}) {
  work();
  std::vector<double> seconds;
  const double begin = seconds_now();
  while (static_cast<int>(seconds.size()) < sampling.most &&
         (static_cast<int>(seconds.size()) < sampling.least || seconds_now() - begin < sampling.seconds)) {
    const double start = seconds_now();
    work();
    seconds.push_back(seconds_now() - start);
  }
  return summarise(seconds);
}

/// Multiply-add peak of one core for vectors of `isa`, in GFLOP/s, measured now with a loop that stays in registers.
/// SSE4 has no fused instruction: a multiplication and an addition are counted.
[[nodiscard]] double core_peak_gflops(Isa isa);

/// The same with every thread of the pool busy, summed.
[[nodiscard]] double peak_gflops(Isa isa, ThreadPool& pool);

}  // namespace fpcpu::bench
