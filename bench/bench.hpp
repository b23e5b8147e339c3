// SPDX-License-Identifier: MIT
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
  // kernels
  std::string only;    // measure those whose name, pass and shape contain this text
  std::string record;  // file: written, or with `check` compared with
  bool check = false;
  std::string out;    // roofline: the SVG file
  bool json = false;  // one object a line
};

/// Every hot kernel on the layer shapes of a network: time, GFLOP/s, GB/s, and the share of what bounds it (the
/// multiply-add peak, or the memory traffic of a triad of its size) measured in the same run. Results are compared with
/// the Eigen kernels first. With `record` the shares are written to that file; with `check` they are compared with it,
/// or with the record kept for the instruction set, and a kernel more than 15 % below has two more chances.
/// Returns 1 if a kernel is wrong or missed its share, else 0.
/// @throws Error{usage} for a model, instruction set or precision that does not exist.
int run_kernels(const BenchOptions& options);

/// Times every algorithm of a 3x3 convolution over classes of shapes and prints the table of the fastest as the source
/// file that belongs into src/kernels/simd/choices.
int run_choose(const BenchOptions& options);

/// Every layer of a network, forward and backward, on the plan's own slices: time and share of the step.
int run_layers(const BenchOptions& options);

/// Every step of the training plan as a point of a roofline picture, written to `out` as SVG: GFLOP/s against FLOP per
/// byte that must be moved, under the peak and the memory traffic measured in the same run.
/// @throws Error{usage} without `out`.
int run_roofline(const BenchOptions& options);

/// Whole training steps (forward, loss, backward, update) on one batch: images/s, share of the peak, peak memory. Then
/// steps on batches of a loader with full augmentation: the share of the time that they wait for it.
/// The loss is compared with the reference executor's first; returns 1 if it differs.
int run_step(const BenchOptions& options);

/// Inference of `batch` images at a time (default 1): images/s and percentiles of the latency. Compared with the
/// reference executor first; returns 1 if it differs.
int run_infer(const BenchOptions& options);

/// Rendered faces as JPEG and PNG in memory: microseconds to decode an image, those of them that the check of a JPEG
/// takes, and their share of the rest.
int run_decode(const BenchOptions& options);

/// Decoding, augmenting and batching of faces of 100x100, cached and not: images/s, and milliseconds of one core for an
/// image.
int run_loader(const BenchOptions& options);

}  // namespace fpcpu::bench
