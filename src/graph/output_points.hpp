// SPDX-License-Identifier: MIT
#pragma once

#include "core/arena.hpp"
#include "core/thread_pool.hpp"
#include "layers/heatmap.hpp"

namespace fpcpu {

/// Coordinates of a network's output, whatever it emits: heat maps are decoded into memory made beforehand, coordinates
/// are passed on.
class OutputPoints {
 public:
  OutputPoints(const Shape& output, int batch)
      : shape_(output),
        points_(is_heatmaps(output) ? 2 * static_cast<std::size_t>(output.c) * static_cast<std::size_t>(batch) : 0) {}

  /// n,2K as fractions of the image relative to its middle, valid until the next call.
  const float* read(const float* output, int n, ThreadPool& pool) {
    if (!is_heatmaps(shape_)) return output;
    pool.parallel_for(n, [&](int i, int) {
      const auto sample = static_cast<std::size_t>(i);
      const std::size_t width = 2 * static_cast<std::size_t>(shape_.c);
      decode_heatmaps(output + sample * shape_.size(), shape_, 1, points_.data() + sample * width);
    });
    return points_.data();
  }

 private:
  Shape shape_;
  AlignedBuffer<float> points_;
};

}  // namespace fpcpu
