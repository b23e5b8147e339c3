// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <utility>
#include <vector>

#include "core/cpu.hpp"
#include "core/thread_pool.hpp"
#include "kernels/table.hpp"

namespace fpcpu::bench {

/// Times of one thing, in seconds. Rates of kernels and their share of the peak use the minimum, as the peak itself
/// does; whole steps quote the median. The median absolute deviation tells whether the machine was quiet.
struct Timing {
  double median = 0.0;
  double min = 0.0;
  double mad = 0.0;
  double p99 = 0.0;
  int samples = 0;
};

[[nodiscard]] inline double median_of(std::vector<double> values) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

[[nodiscard]] inline Timing summarise(std::vector<double> seconds) {
  Timing t;
  t.samples = static_cast<int>(seconds.size());
  if (seconds.empty()) return t;
  std::sort(seconds.begin(), seconds.end());
  t.min = seconds.front();
  t.p99 = seconds[std::min(seconds.size() - 1, seconds.size() * 99 / 100)];
  t.median = median_of(seconds);
  for (double& s : seconds) s = std::abs(s - t.median);
  t.mad = median_of(std::move(seconds));
  return t;
}

enum class Clock { wall, cpu };

/// With one thread CPU time of the process, so that other programs on the machine do not count; with more wall time.
[[nodiscard]] constexpr Clock clock_for(int threads) { return threads == 1 ? Clock::cpu : Clock::wall; }

[[nodiscard]] inline double seconds_now(Clock clock = Clock::wall) {
  if (clock == Clock::cpu) {
#if defined(CLOCK_PROCESS_CPUTIME_ID)
    std::timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
#else
    return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
#endif
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Sampling {
  double seconds = 0.25;  // spend about this long
  int least = 5;          // but take at least this many samples
  int most = 1000;
  Clock clock = Clock::wall;
};

/// Calls `work` once to warm up, then times it call by call.
template <class Work>
[[nodiscard]] Timing measure(const Work& work, const Sampling& sampling = {}) {
  work();
  std::vector<double> seconds;
  const double begin = seconds_now(sampling.clock);
  while (static_cast<int>(seconds.size()) < sampling.most && (static_cast<int>(seconds.size()) < sampling.least ||
                                                              seconds_now(sampling.clock) - begin < sampling.seconds)) {
    const double start = seconds_now(sampling.clock);
    work();
    seconds.push_back(seconds_now(sampling.clock) - start);
  }
  return summarise(std::move(seconds));
}

/// Multiply-add peak of all threads of the pool in GFLOP/s, measured now: with float vectors of the table's instruction
/// set that stay in registers or, where it computes in AMX, with blocks of two by two tiles read from the second-level
/// cache. SSE4 has no fused instruction: a multiplication and an addition are counted.
[[nodiscard]] double peak_gflops(const kernels::KernelTable<float>& table, ThreadPool& pool, double seconds = 0.1);

/// Memory traffic of all threads of the pool in GB/s, measured now: a[i] = b[i] + s * c[i] (triad, two reads and one
/// write counted) over three arrays that together take `bytes` on each thread: the level of the hierarchy that holds
/// so much is what is measured.
[[nodiscard]] double triad_gbytes(Isa isa, ThreadPool& pool, std::size_t bytes, double seconds = 0.1);

}  // namespace fpcpu::bench
