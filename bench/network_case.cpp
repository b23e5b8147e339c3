// SPDX-License-Identifier: MIT
#include "network_case.hpp"

#include <cmath>
#include <cstdio>

#include "core/rng.hpp"
#include "fpcpu/error.hpp"
#include "graph/objective.hpp"
#include "graph/reference_executor.hpp"
#include "graph/zoo/zoo.hpp"

namespace fpcpu::bench {

NetworkCase::NetworkCase(const BenchOptions& options, int default_batch)
    : model(options.model.empty() ? "bn" : options.model),
      size(options.batch > 0 ? options.batch : default_batch),
      graph(make_network(model, {})),
      params(ParamLayout(graph)),
      table(kernels::choose_table(options.isa.c_str(), parse_precision(options.precision))),
      pool(options.threads) {
  initialize(params, 1);
  Rng rng(1, RandomUse::synth);
  const auto n = static_cast<std::size_t>(size);
  x.resize(n * graph.input_shape().size());
  visible.assign(n * static_cast<std::size_t>(graph.points()), 1.0F);
  targets.resize(2 * visible.size());
  for (float& v : x) v = rng.normal();
  for (float& v : targets) v = rng.uniform(-0.5F, 0.5F);
}

std::string NetworkCase::loss() const { return std::string(graph.head()->usual_loss()); }

Batch NetworkCase::batch() const {
  Batch b;
  b.n = size;
  b.x = x.data();
  b.targets = targets.data();
  b.visible = visible.data();
  return b;
}

bool loss_is_right(const NetworkCase& c, std::uint64_t seed, const LossPtr& loss, double value) {
  Params<float> params = c.params.clone();
  ReferenceExecutor<float> reference(c.graph, params, c.size);
  const ObjectiveBatch<float> compared{.n = c.size, .targets = c.targets.data(), .visible = c.visible.data()};
  const double expected = Objective(c.graph, loss).mean(compared, reference.forward(c.x.data(), true, seed, 0));
  if (std::abs(value - expected) <= c.tolerance() * std::abs(expected)) return true;
  std::fprintf(stderr, "%s: loss %.9g, the reference says %.9g\n", c.model.c_str(), value, expected);
  return false;
}

double difference(const float* found, const float* expected, std::size_t count) {
  double square = 1e-30;
  double worst = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double e = expected[i];
    const double d = std::abs(static_cast<double>(found[i]) - e);
    square += e * e;
    worst = d <= worst ? worst : d;  // NaN wins
  }
  return worst / std::sqrt(square / static_cast<double>(count));
}

Result speed(NetworkCase& c, const std::string& mode, const Timing& timing, double flops, double memory) {
  const double images = c.size / timing.median;
  const double gflops = flops * images / 1e9;
  return {{"model", bench::quoted(c.model)},
          {"mode", quoted(mode)},
          {"batch", std::to_string(c.size)},
          {"threads", std::to_string(c.pool.threads())},
          {"isa", quoted(std::string(to_string(c.table.isa)))},
          {"precision", quoted(std::string(to_string(c.table.precision)))},
          {"images_per_s", number(images, 2)},
          {"ms_median", number(1e3 * timing.median, 3)},
          {"ms_min", number(1e3 * timing.min, 3)},
          {"ms_mad", number(1e3 * timing.mad, 3)},
          {"gflops", number(gflops, 1)},
          {"peak_fraction", number(gflops / peak_gflops(c.table, c.pool), 3)},
          {"peak_rss_mb", number(memory, 0)}};
}

std::string number(double value, int digits) {
  char text[48];
  std::snprintf(text, sizeof(text), "%.*f", digits, value);
  return text;
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

void print(const BenchOptions& options, const Result& result) {
  std::string line;
  for (const auto& [name, value] : result) {
    if (options.json) {
      line += (line.empty() ? "{\"" : ", \"") + name + "\": " + value;
    } else {
      line +=
          (line.empty() ? "" : "  ") + name + " " + (value.front() == '"' ? value.substr(1, value.size() - 2) : value);
    }
  }
  std::printf("%s%s\n", line.c_str(), options.json ? "}" : "");
  std::fflush(stdout);
}

}  // namespace fpcpu::bench
