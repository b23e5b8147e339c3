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
    if (!(difference(output, reference.forward(c.x.data(), false), c.targets.size()) < 1e-3)) {
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
  const double images = c.size / timing.median;
  const double gflops = c.graph.flops() * images / 1e9;
  print(options, {{"model", quoted(c.model)},
                  {"mode", quoted("infer")},
                  {"batch", std::to_string(c.size)},
                  {"threads", std::to_string(options.threads)},
                  {"isa", quoted(std::string(to_string(c.table.isa)))},
                  {"precision", quoted(options.precision)},
                  {"images_per_s", number(images, 2)},
                  {"ms_median", number(1e3 * timing.median, 3)},
                  {"ms_min", number(1e3 * timing.min, 3)},
                  {"ms_mad", number(1e3 * timing.mad, 3)},
                  {"gflops", number(gflops, 1)},
                  {"peak_fraction", number(gflops / peak_gflops(c.table.isa, c.pool), 3)},
                  {"peak_rss_mb", number(peak_rss_mb(), 0)},
                  {"p50_ms", number(1e3 * timing.median, 3)},
                  {"p99_ms", number(1e3 * p99, 3)}});
  return 0;
}

}  // namespace fpcpu::bench
