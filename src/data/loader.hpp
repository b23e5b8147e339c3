// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/augment.hpp"
#include "data/sample_stream.hpp"
#include "fpcpu/dataset.hpp"
#include "fpcpu/model.hpp"

namespace fpcpu {

/// One minibatch, ready for the first layer. Memory belongs to the loader and is reused.
struct Batch {
  int n = 0;
  const float* x = nullptr;                // n,H,W,C normalised
  const float* targets = nullptr;          // n,2K  fractions relative to the middle
  const float* visible = nullptr;          // n,K
  std::span<const float* const> streams;   // n of each of LoaderOptions::streams
  std::span<const std::uint32_t> samples;  // index in the data set of each row
};

/// `calm` replaces the augmentation of an epoch by calmed() of it.
enum class Strength { usual, calm };

struct LoaderOptions {
  int batch = 32;
  bool shuffle = true;
  bool drop_last = true;  // training: the last batch of an epoch is dropped when not full (unless it is the only one)
  AugmentOptions augment;
  std::uint64_t seed = 1;
  std::size_t cache_mb = 256;  // decoded images kept in memory
  int threads = 1;             // of the loader's own oneTBB arena
  std::vector<SampleStreamPtr> streams = {};
};

/// Decodes, augments and normalises batch t+1 while the caller trains on batch t.
/// The content of batch t of an epoch is a pure function of (data, options, epoch, strength, t).
class Loader {
 public:
  Loader(DatasetPtr data, Preprocessing preprocessing, LoaderOptions options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  [[nodiscard]] int batches_per_epoch() const noexcept;
  [[nodiscard]] const AugmentOptions& augment() const noexcept;
  /// Starts an epoch (from 0) at batch `first`; work on that batch begins at once.
  void start(int epoch, int first = 0, Strength strength = Strength::usual);
  /// The next batch; null after the last. Valid until the following call. Rethrows what a worker met (a broken image).
  [[nodiscard]] const Batch* next();
  /// Seconds `next` spent waiting since construction.
  [[nodiscard]] double stall_seconds() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fpcpu
