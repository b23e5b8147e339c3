#pragma once

#include <string>

namespace fpcpu::bench {

struct BenchOptions {
  std::string model;  // empty: the command's own choice
  std::string isa;    // empty: FPCPU_ISA or the fastest
  std::string precision = "fp32";
  int batch = 0;  // 0: the command's own choice
  int threads = 1;
  double seconds = 0;  // of one measurement; 0: the command's own choice
  bool json = false;   // one object a line
};

/// Every hot kernel on the layer shapes of a network: time, GFLOP/s, GB/s, share of the multiply-add peak measured in
/// the same run. Results are compared with the Eigen kernels first; returns 1 if one is wrong, else 0.
/// @throws Error{usage} for a model, instruction set or precision that does not exist.
int run_kernels(const BenchOptions& options);

/// Every layer of a network, forward and backward, on the plan's own slices: time and share of the step.
int run_layers(const BenchOptions& options);

/// Whole training steps (forward, loss, backward, update): images/s, share of the peak, peak memory.
/// The loss is compared with the reference executor's first; returns 1 if it differs.
int run_step(const BenchOptions& options);

/// Inference of `batch` images at a time (default 1): images/s and percentiles of the latency. Compared with the
/// reference executor first; returns 1 if it differs.
int run_infer(const BenchOptions& options);

/// Decoding, augmenting and batching of faces, cached and not: images/s.
int run_loader(const BenchOptions& options);

}  // namespace fpcpu::bench
