// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>

#if defined(__linux__)
#include <unistd.h>
#endif

#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "roofline_picture.hpp"
#include "timed_steps.hpp"

namespace fpcpu::bench {

namespace {

struct Caches {
  std::size_t second = std::size_t{1} << 20U;
  std::size_t third = std::size_t{32} << 20U;
};

Caches caches() {
  Caches c;
#if defined(_SC_LEVEL2_CACHE_SIZE)
  const long second = sysconf(_SC_LEVEL2_CACHE_SIZE);
  const long third = sysconf(_SC_LEVEL3_CACHE_SIZE);
  if (second > 0) c.second = static_cast<std::size_t>(second);
  if (third > 0) c.third = static_cast<std::size_t>(third);
#endif
  return c;
}

std::vector<Slope> slopes(Isa isa, ThreadPool& pool) {
  constexpr std::size_t kMost = std::size_t{512} << 20U;
  const Caches c = caches();
  return {{"L2", triad_gbytes(isa, pool, c.second / 2)},
          {"L3", triad_gbytes(isa, pool, std::min(4 * c.second, c.third / 2))},
          {"memory", triad_gbytes(isa, pool, std::min(4 * c.third, kMost))}};
}

/// How a step is drawn: what a reader wants to tell apart, not every kind of layer.
Mark mark_of(const TimedStep& s) {
  if (s.layer == "conv2d") return s.kind == StepKind::forward ? Mark::conv_forward : Mark::conv_backward;
  if (s.layer == "depthwise_conv2d") return Mark::depthwise;
  return s.layer == "dense" ? Mark::dense : Mark::other;
}

}  // namespace

int run_roofline(const BenchOptions& options) {
  if (options.out.empty()) {
    throw Error(ErrorCode::usage, "fpcpu_bench roofline needs a place for the picture: --out FILE.svg.");
  }
  NetworkCase c(options, 32);
  Roofline picture;
  picture.peak_gflops = peak_gflops(c.table, c.pool);
  picture.slopes = slopes(c.table.isa, c.pool);
  const std::vector<TimedStep> steps = time_steps(c, options.seconds > 0 ? options.seconds : 10);
  if (steps.empty()) return 1;
  double sum = 0;
  for (const TimedStep& s : steps) sum += s.seconds;
  for (const TimedStep& s : steps) {
    // No arithmetic has no place on logarithmic axes; a thousandth of the time is not worth one.
    if (s.cost.flops <= 0 || s.seconds < 1e-3 * sum) continue;
    picture.points.push_back({s.node, to_string(s.kind), mark_of(s), s.cost.flops / s.cost.traffic.total(),
                              s.gflops(c.pool.threads()), s.seconds / sum});
  }
  picture.title = "Training " + c.model + ", batch " + std::to_string(c.size);
  picture.subtitle = cpu_name() + ", " + std::string(to_string(c.table.isa)) + ", " + std::to_string(c.pool.threads()) +
                     (c.pool.threads() == 1 ? " thread" : " threads");
  write_file_atomically(text_path(options.out), draw(picture));
  if (!options.json) std::printf("%zu steps -> %s\n", picture.points.size(), options.out.c_str());
  return 0;
}

}  // namespace fpcpu::bench
