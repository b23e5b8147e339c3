// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fpcpu/objective.hpp"
#include "graph/objective.hpp"

namespace fpcpu {

/// @throws Error{usage} for stages that no step of any run could reach, and numbers out of their range.
void check_stages(std::span<const StageSpec> specs);

/// What a step does: the terms that count (bit t for term t), and the blocks of parameters that stay as they are.
struct StepChoice {
  std::uint32_t terms = UINT32_MAX;
  std::vector<std::uint8_t> frozen = {};  // of each update block; empty: none
};

/// Which stage of a recipe each step belongs to. A pure function of the step, so that a resumed run goes on alike.
class Stages {
 public:
  /// @throws Error{usage} for terms and parameters that do not exist (naming the nearest), and for stages that no step
  /// of any run could reach.
  Stages(std::span<const StageSpec> specs, const Objective& objective, const ParamLayout& layout, int steps_per_epoch);

  [[nodiscard]] const StepChoice& at(std::int64_t step) const noexcept;
  /// Epochs that are over before the last stage begins.
  [[nodiscard]] double epochs_before_last() const noexcept;

 private:
  /// Stages that take turns; usually one.
  struct Phase {
    std::int64_t first = 0;  // step
    std::vector<StepChoice> choices;
    std::vector<int> steps;  // of each turn
  };
  std::vector<Phase> phases_;
  int steps_per_epoch_;
};

/// @throws Error{usage} if the last stage, or what follows a last one that ends, would not begin within so many epochs.
void check_length(const Stages& stages, int epochs);

}  // namespace fpcpu
