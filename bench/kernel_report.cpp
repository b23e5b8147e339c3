// SPDX-License-Identifier: MIT
#include "kernel_report.hpp"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/cpu.hpp"

namespace fpcpu::bench {

namespace {

// Long enough to meet the clock rate that the kernel meets, short enough to be repeated in front of every kernel.
constexpr double kLimitSeconds = 0.03;
constexpr int kSecondLooks = 2;

}  // namespace

KernelReport::KernelReport(const BenchOptions& options)
    : options_(options),
      table_(kernels::choose_table(options.isa.c_str(), parse_precision(options.precision))),
      images_(options.batch > 0 ? options.batch : options.threads),
      pool_(options.threads),
      found_{cpu_name(), kernels::name_of(table_), {}} {
  if (options.check) {
    const std::string file = options.record.empty() ? kept_record(found_.isa) : options.record;
    expected_ = KernelRecord::load(file);
    if (expected_.cpu != found_.cpu) {
      std::fprintf(stderr, "%s was made on %s, this is %s: compared anyway, shares may differ\n", file.c_str(),
                   expected_.cpu.c_str(), found_.cpu.c_str());
    }
  }
  if (options.json) return;
  std::printf("%s, %s, %d thread(s), %d image(s) a call, multiply-add peak %.1f GFLOP/s\n", found_.cpu.c_str(),
              found_.isa.c_str(), options.threads, images_, peak_gflops(table_, pool_));
  std::printf("%-14s %-8s %-26s %9s %9s %6s %8s %7s %5s %11s\n", "kernel", "pass", "shape", "min ms", "median ms",
              "MAD %", "GFLOP/s", "GB/s", "peak", "of limit");
}

bool KernelReport::is_right(const KernelCase& c, float* out) {
  AlignedBuffer<float> want(c.out_size);
  c.work(kernels::eigen_table<float>(), want.data(), 0);
  c.work(table_, out, 0);
  double largest = 0.0;
  double error = 0.0;
  for (std::size_t i = 0; i < c.out_size; ++i) {
    largest = std::max(largest, static_cast<double>(std::abs(want[i])));
    const double e = static_cast<double>(std::abs(out[i] - want[i]));
    error = std::isnan(e) ? HUGE_VAL : std::max(error, e);
  }
  // Two orders of the same float sums differ by a few rounding errors of the largest of them,
  // sums with rounded factors by more.
  if (error <= (table_.precision == Precision::bf16 ? 0.05 : 1e-4) * largest) return true;
  std::fprintf(stderr, "%s: differs from the reference by %g of %g\n", c.key().c_str(), error, largest);
  return false;
}

KernelReport::Rate KernelReport::rate(const KernelCase& c, std::vector<AlignedBuffer<float>>& out) {
  Sampling sampling;
  if (options_.seconds > 0) sampling.seconds = options_.seconds;
  sampling.clock = clock_for(options_.threads);
  const double peak = peak_gflops(table_, pool_, kLimitSeconds);
  Rate r;
  r.timing = measure(
      [&] {
        pool_.parallel_for(images_,
                           [&](int, int slot) { c.work(table_, out[static_cast<std::size_t>(slot)].data(), slot); });
      },
      sampling);
  r.gflops = c.flops * images_ / r.timing.min * 1e-9;
  r.gbytes = c.bytes * images_ / r.timing.min * 1e-9;
  r.peak_fraction = r.gflops / peak;
  r.share = r.peak_fraction;
  if (c.limit == Limit::memory) {
    r.share = r.gbytes / triad_gbytes(table_.isa, pool_, static_cast<std::size_t>(c.bytes), kLimitSeconds);
  }
  return r;
}

void KernelReport::measure_kernel(const KernelCase& c) {
  if (c.key().find(options_.only) == std::string::npos) return;
  std::vector<AlignedBuffer<float>> out;
  for (int i = 0; i < pool_.threads(); ++i) out.emplace_back(c.out_size);
  if (!is_right(c, out.front().data())) failures_.push_back(c.key() + " is wrong");
  Rate r = rate(c, out);
  // A neighbour on the machine can spoil one measurement, hardly three.
  for (int i = 0; i < kSecondLooks && expected_.is_missed(c.key(), r.share); ++i) {
    const Rate again = rate(c, out);
    if (again.share > r.share) r = again;
  }
  found_.shares[c.key()] = r.share;
  print(c, r);
  if (expected_.is_missed(c.key(), r.share)) {
    failures_.push_back(c.key() + " reached " + std::to_string(std::lround(100 * r.share)) +
                        " % of its limit, recorded " + std::to_string(std::lround(100 * expected_.shares[c.key()])) +
                        " %");
  }
}

int KernelReport::finish() {
  if (options_.check) {
    for (const auto& [kernel, share] : expected_.shares) {
      if (kernel.find(options_.only) != std::string::npos && !found_.shares.contains(kernel)) {
        failures_.push_back(kernel + " is in the record but was not measured");
      }
    }
  } else if (!options_.record.empty()) {
    found_.save(options_.record);
  }
  for (const std::string& failure : failures_) std::fprintf(stderr, "%s\n", failure.c_str());
  return failures_.empty() ? 0 : 1;
}

void KernelReport::print(const KernelCase& c, const Rate& r) const {
  const char* limit = c.limit == Limit::arithmetic ? "arithmetic" : "memory";
  if (options_.json) {
    const nlohmann::ordered_json line{{"name", c.name},
                                      {"pass", c.pass},
                                      {"shape", c.shape},
                                      {"isa", found_.isa},
                                      {"threads", pool_.threads()},
                                      {"gflops", r.gflops},
                                      {"peak_fraction", r.peak_fraction},
                                      {"gb_per_s", r.gbytes},
                                      {"limit", limit},
                                      {"limit_fraction", r.share},
                                      {"ms_median", r.timing.median * 1e3},
                                      {"ms_min", r.timing.min * 1e3},
                                      {"ms_mad", r.timing.mad * 1e3}};
    std::printf("%s\n", line.dump().c_str());
  } else {
    std::printf("%-14s %-8s %-26s %9.4f %9.4f %6.1f %8.1f %7.1f %4.0f%% %4.0f%% %s\n", c.name.c_str(), c.pass.c_str(),
                c.shape.c_str(), r.timing.min * 1e3, r.timing.median * 1e3, 100.0 * r.timing.mad / r.timing.median,
                r.gflops, r.gbytes, 100.0 * r.peak_fraction, 100.0 * r.share, limit);
  }
  std::fflush(stdout);
}

}  // namespace fpcpu::bench
