// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "fpcpu/shape.hpp"

namespace fpcpu {

/// A sample as a batch has it: augmented.
struct StreamSample {
  std::size_t index = 0;           // in the data set
  std::span<const float> targets;  // 2K fractions relative to the middle
  std::span<const float> visible;  // K
  bool mirrored = false;
};

/// Numbers of a sample beside its points, made by the loader with the sample: what terms of an objective compare
/// outputs with, or what a further input of the network is fed. Immutable; called by several threads.
class SampleStream {
 public:
  virtual ~SampleStream() = default;
  [[nodiscard]] virtual Shape shape() const noexcept = 0;
  /// Writes the numbers of one sample, NaN for those that are not known. A pure function of the sample.
  virtual void fill(const StreamSample& sample, float* out) const = 0;
};
using SampleStreamPtr = std::shared_ptr<const SampleStream>;

}  // namespace fpcpu
