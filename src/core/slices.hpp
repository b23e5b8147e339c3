// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

namespace fpcpu {

/// How a minibatch is split. Slices are the unit of parallel work and of gradient accumulation: slice s covers samples
/// [begin(s), end(s)). The split depends on the batch and on the wanted number only, never on the number of threads,
/// so sums taken slice by slice are the same bits on any machine with the same instruction set.
class Slices {
 public:
  Slices() = default;
  Slices(int batch, int wanted) : batch_(batch), count_(std::clamp(wanted, 1, std::max(batch, 1))) {}

  [[nodiscard]] int count() const noexcept { return count_; }
  [[nodiscard]] int batch() const noexcept { return batch_; }
  [[nodiscard]] int begin(int s) const noexcept {
    return static_cast<int>(static_cast<long long>(batch_) * s / count_);
  }
  [[nodiscard]] int end(int s) const noexcept { return begin(s + 1); }
  [[nodiscard]] int size(int s) const noexcept { return end(s) - begin(s); }
  [[nodiscard]] int max_size() const noexcept { return (batch_ + count_ - 1) / count_; }

 private:
  int batch_ = 0;
  int count_ = 1;
};

}  // namespace fpcpu
