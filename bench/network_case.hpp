#pragma once

#include <string>
#include <vector>

#include "bench.hpp"
#include "core/thread_pool.hpp"
#include "data/loader.hpp"
#include "graph/graph.hpp"
#include "graph/params.hpp"

namespace fpcpu::bench {

/// A network of the zoo with random weights and a random batch: what step, infer and layers measure.
struct NetworkCase {
  /// @param default_batch when options.batch is 0
  NetworkCase(const BenchOptions& options, int default_batch);

  [[nodiscard]] Batch batch() const;

  std::string model;
  int size;  // of the batch
  Graph graph;
  Params<float> params;
  const kernels::KernelTable<float>& table;
  ThreadPool pool;
  std::vector<float> x, targets, visible;
};

/// Largest difference between two sets of values, relative to the root mean square of the second.
[[nodiscard]] double difference(const float* found, const float* expected, std::size_t count);

/// One line of results: a JSON object or aligned text.
using Result = std::vector<std::pair<std::string, std::string>>;
void print(const BenchOptions& options, const Result& result);
[[nodiscard]] std::string number(double value, int digits);
[[nodiscard]] std::string quoted(const std::string& text);

}  // namespace fpcpu::bench
