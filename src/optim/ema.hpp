// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/arena.hpp"

namespace fpcpu {

/// Exponential moving average of a flat block (weights, or running statistics):
///   d = min(decay, (1 + t) / (10 + t));  average = d * average + (1 - d) * values      t = 1, 2, ...
/// The smaller d at the start forgets the random initial weights. Polyak and Juditsky, SIAM J. Control Optim. 1992.
class Ema {
 public:
  /// Starts at `values`. @param name keys of save and load. @throws Error{usage} unless 0 <= decay < 1.
  Ema(std::string name, double decay, const float* values, std::size_t count);

  /// One step is begin_step(), then update_range over disjoint ranges that cover the block, on any threads.
  void begin_step() noexcept;
  void update_range(const float* values, std::size_t begin, std::size_t end) const noexcept;

  [[nodiscard]] const float* data() const noexcept { return average_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return average_.size(); }

  void save(std::map<std::string, std::vector<float>>& arrays, std::map<std::string, std::string>& state) const;
  /// @throws Error{format} if something is missing or of another size.
  void load(const std::map<std::string, std::vector<float>>& arrays, const std::map<std::string, std::string>& state);

 private:
  std::string name_;
  double decay_;
  AlignedBuffer<float> average_;
  float weight_ = 0.0F;  // 1 - d of the current step
  std::int64_t steps_ = 0;
};

}  // namespace fpcpu
