#include <algorithm>
#include <cstdio>

#include "graph/inference.hpp"
#include "graph/reference_executor.hpp"
#include "harness.hpp"
#include "network_case.hpp"

namespace fpcpu::bench {

int run_infer(const BenchOptions& options) {
  NetworkCase c(options, 1);
  InferenceNetwork network(c.graph, c.params, c.size, c.table, c.pool);
  const float* output = network.run(c.x.data(), c.size);
  {
    Params<float> params = c.params.clone();
    ReferenceExecutor<float> reference(c.graph, params, c.size);
    if (!(difference(output, reference.forward(c.x.data(), false), c.targets.size()) < c.tolerance())) {
      std::fprintf(stderr, "%s: the output differs from the reference\n", c.model.c_str());
      return 1;
    }
  }
  const double end = seconds_now() + 3;
  std::vector<double> seconds;
  while (seconds.size() < 20 || seconds_now() < end) {
    const double start = seconds_now();
    (void)network.run(c.x.data(), c.size);
    seconds.push_back(seconds_now() - start);
  }
  const Timing timing = summarise(seconds);
  std::sort(seconds.begin(), seconds.end());
  const double p99 = seconds[std::min(seconds.size() - 1, seconds.size() * 99 / 100)];
  Result result = speed(c, options, "infer", timing, c.graph.flops(), peak_rss_mb());
  result.emplace_back("p50_ms", number(1e3 * timing.median, 3));
  result.emplace_back("p99_ms", number(1e3 * p99, 3));
  print(options, result);
  return 0;
}

}  // namespace fpcpu::bench
