// SPDX-License-Identifier: MIT
#include "harness.hpp"
#include "network_case.hpp"
#include "timed_steps.hpp"

namespace fpcpu::bench {

int run_layers(const BenchOptions& options) {
  NetworkCase c(options, 32);
  const std::vector<TimedStep> steps = time_steps(c, options.seconds > 0 ? options.seconds : 2);
  if (steps.empty()) return 1;
  const double peak = peak_gflops(c.table, c.pool);
  double sum = 0;
  for (const TimedStep& s : steps) sum += s.seconds;
  for (const TimedStep& s : steps) {
    const double gflops = s.gflops(c.pool.threads());
    print(options, {{"name", quoted(s.node)},
                    {"kind", quoted(s.layer)},
                    {"pass", quoted(to_string(s.kind))},
                    {"out", quoted(to_string(s.out))},
                    {"ms", number(1e3 * s.seconds, 3)},
                    {"percent", number(100 * s.seconds / sum, 1)},
                    {"gflops", number(gflops, 1)},
                    {"peak_fraction", number(gflops / peak, 3)},
                    {"gb_per_s", number(s.cost.traffic.total() * c.pool.threads() / s.seconds * 1e-9, 1)}});
  }
  return 0;
}

}  // namespace fpcpu::bench
