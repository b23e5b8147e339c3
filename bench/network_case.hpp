// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bench.hpp"
#include "core/thread_pool.hpp"
#include "data/loader.hpp"
#include "fpcpu/losses.hpp"
#include "graph/graph.hpp"
#include "graph/params.hpp"
#include "harness.hpp"

namespace fpcpu::bench {

/// A network of the zoo with random weights and a random batch: what step, infer and layers measure.
struct NetworkCase {
  /// @param default_batch when options.batch is 0
  NetworkCase(const BenchOptions& options, int default_batch);

  [[nodiscard]] Batch batch() const;
  /// Name of the mean squared error that fits the network's output.
  [[nodiscard]] std::string loss() const;
  /// Of results relative to the reference: through some twenty layers of rounded factors for bf16.
  [[nodiscard]] double tolerance() const noexcept { return table.precision == Precision::bf16 ? 0.1 : 1e-3; }

  std::string model;
  int size;  // of the batch
  Graph graph;
  Params<float> params;
  const kernels::KernelTable<float>& table;
  ThreadPool pool;
  std::vector<float> x, targets, visible;
};

/// True if `loss` of the first training step is the reference executor's: same weights, same dropout masks. Says so on
/// standard error if not.
[[nodiscard]] bool loss_is_right(const NetworkCase& c, std::uint64_t seed, const LossPtr& loss, double value);

/// Largest difference between two sets of values, relative to the root mean square of the second.
[[nodiscard]] double difference(const float* found, const float* expected, std::size_t count);

/// One line of results: a JSON object or aligned text.
using Result = std::vector<std::pair<std::string, std::string>>;
void print(const BenchOptions& options, const Result& result);
/// What step and infer tell about a timed batch. @param flops of one image; @param memory peak resident MB
[[nodiscard]] Result speed(NetworkCase& c, const std::string& mode, const Timing& timing, double flops, double memory);
[[nodiscard]] std::string number(double value, int digits);
[[nodiscard]] std::string quoted(const std::string& text);

}  // namespace fpcpu::bench
