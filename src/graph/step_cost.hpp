// SPDX-License-Identifier: MIT
#pragma once

#include "graph/graph.hpp"
#include "graph/plan.hpp"

namespace fpcpu {

/// Bytes that must be read or written at least if no cache kept anything from one step of the plan to the next.
struct Traffic {
  double tensors = 0;    // inputs, outputs, their gradients, argmax and the like
  double weights = 0;    // parameters, read anew by every slice
  double gradients = 0;  // rows of parameter gradients

  [[nodiscard]] double total() const noexcept { return tensors + weights + gradients; }
  Traffic& operator+=(const Traffic& other) noexcept {
    tensors += other.tensors;
    weights += other.weights;
    gradients += other.gradients;
    return *this;
  }
};

/// What one step of a plan costs for a full batch. Making an output again is not counted as work, so that shares of the
/// peak stay shares of what a training must do.
struct StepCost {
  double flops = 0;  // multiply and add counted separately
  Traffic traffic;
};

/// `plan` is a plan of `graph`, `step` one of its steps.
[[nodiscard]] StepCost cost_of(const Graph& graph, const Plan& plan, const Step& step);

/// What every training step moves besides the plan's steps: weights packed for the kernels, gradient rows summed.
/// The optimizer's own trip through weights and moments is not part of a plan.
[[nodiscard]] Traffic batch_traffic(const Plan& plan, const ParamLayout& layout);

}  // namespace fpcpu
