// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <vector>

#include "data/resample.hpp"
#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// Sources of a data set, kept in memory up to a limit. What is in stays in: an epoch visits every sample once in a new
/// random order, where throwing out the oldest would leave hardly anything that is asked for again.
/// Kept or made anew, a source is the same, so results do not depend on the limit.
/// Several threads may use it at once, but not for the same sample: each sample occurs once in an epoch.
class SampleCache {
 public:
  SampleCache(const Dataset& data, Shape input, std::size_t limit_bytes)
      : data_(data), input_(input), limit_(limit_bytes), kept_(data.size()) {}

  /// Calls use(source of `sample`). @throws what decoding throws.
  template <class Use>
  void use(std::size_t sample, const Use& use) {
    std::optional<Source>& kept = kept_[sample];
    if (kept) {
      use(*kept);
      return;
    }
    Source source = make_source(data_.image(sample), input_);
    use(source);
    const std::size_t bytes = source.image.pixels.size() + sizeof(Source);
    if (bytes_.fetch_add(bytes) + bytes <= limit_) {
      kept = std::move(source);
    } else {
      bytes_.fetch_sub(bytes);
    }
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  const Dataset& data_;
  Shape input_;
  std::size_t limit_;
  std::vector<std::optional<Source>> kept_;
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace fpcpu
