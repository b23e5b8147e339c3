// SPDX-License-Identifier: MIT
#include <cstdio>

#include "graph/inference.hpp"
#include "graph/reference_executor.hpp"
#include "harness.hpp"
#include "network_case.hpp"

namespace fpcpu::bench {

int run_infer(const BenchOptions& options) {
  NetworkCase c(options, 1);
  InferenceNetwork network(c.graph, c.params, c.size, c.table, c.pool);
  Sampling sampling;
  sampling.seconds = options.seconds > 0 ? options.seconds : 3;
  sampling.least = 20;
  sampling.most = 1'000'000;
  sampling.clock = clock_for(options.threads);
  const float* output = nullptr;
  const Timing timing = measure([&] { output = network.run(c.x.data(), c.size); }, sampling);
  const double memory = peak_rss_mb();
  {
    // After the measurement: the reference's memory must not count.
    Params<float> params = c.params.clone();
    ReferenceExecutor<float> reference(c.graph, params, c.size);
    if (!(difference(output, reference.forward(c.x.data(), false),
                     static_cast<std::size_t>(c.size) * c.graph.output_shape().size()) < c.tolerance())) {
      std::fprintf(stderr, "%s: the output differs from the reference\n", c.model.c_str());
      return 1;
    }
  }
  Result result = speed(c, "infer", timing, c.graph.flops(), memory);
  result.emplace_back("p50_ms", number(1e3 * timing.median, 3));
  result.emplace_back("p99_ms", number(1e3 * timing.p99, 3));
  print(options, result);
  return 0;
}

}  // namespace fpcpu::bench
