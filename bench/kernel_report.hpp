// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench.hpp"
#include "core/arena.hpp"
#include "core/thread_pool.hpp"
#include "harness.hpp"
#include "kernel_record.hpp"
#include "kernels/table.hpp"

namespace fpcpu::bench {

/// What bounds a kernel, and so what its share is a share of.
enum class Limit {
  arithmetic,  // the multiply-add peak
  memory,      // the triad over as many bytes
};

/// A kernel on one shape. `work(table, out, slot)` computes one image into `out`.
struct KernelCase {
  std::string name;
  std::string pass;
  std::string shape;
  Limit limit = Limit::arithmetic;
  double flops = 0;  // of one image
  double bytes = 0;  // of one image, what must be read and written at least
  std::size_t out_size = 0;
  std::function<void(const kernels::KernelTable<float>&, float*, int)> work;

  [[nodiscard]] std::string key() const { return name + " " + pass + " " + shape; }
};

/// Runs every measurement, checks it against the reference, prints a line, and compares it with a record.
class KernelReport {
 public:
  /// Prints the header. @throws Error for an instruction set or a record that cannot be used.
  explicit KernelReport(const BenchOptions& options);

  [[nodiscard]] const kernels::KernelTable<float>& table() const noexcept { return table_; }
  [[nodiscard]] int slots() const noexcept { return pool_.threads(); }

  void measure_kernel(const KernelCase& c);

  /// Writes or judges the record, as the options say. Returns 1 if a kernel was wrong or missed its share, else 0.
  [[nodiscard]] int finish();

 private:
  struct Rate {
    Timing timing;
    double gflops = 0;
    double gbytes = 0;
    double peak_fraction = 0;  // of the multiply-add peak
    double share = 0;          // of the kernel's own limit
  };
  [[nodiscard]] bool is_right(const KernelCase& c, float* out);
  [[nodiscard]] Rate rate(const KernelCase& c, std::vector<AlignedBuffer<float>>& out);
  void print(const KernelCase& c, const Rate& rate) const;

  const BenchOptions& options_;
  const kernels::KernelTable<float>& table_;
  int images_;
  ThreadPool pool_;
  KernelRecord expected_;  // empty unless options.check
  KernelRecord found_;
  std::vector<std::string> failures_;
};

}  // namespace fpcpu::bench
