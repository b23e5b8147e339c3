// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "data/loader.hpp"
#include "fpcpu/shape.hpp"
#include "support/random_values.hpp"

namespace fpcpu::test {

/// A batch of noise with 14 visible points at one place.
class RandomBatch {
 public:
  RandomBatch(int n, const Shape& input)
      : x_(random_values(static_cast<std::size_t>(n) * input.size(), 1)),
        targets_(static_cast<std::size_t>(n) * 28, 0.1F),
        visible_(static_cast<std::size_t>(n) * 14, 1.0F) {
    batch_.n = n;
    batch_.x = x_.data();
    batch_.targets = targets_.data();
    batch_.visible = visible_.data();
  }
  RandomBatch(const RandomBatch&) = delete;
  RandomBatch& operator=(const RandomBatch&) = delete;

  [[nodiscard]] const Batch& batch() const noexcept { return batch_; }

 private:
  std::vector<float> x_, targets_, visible_;
  Batch batch_;
};

}  // namespace fpcpu::test
