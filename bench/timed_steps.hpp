// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "graph/step_cost.hpp"
#include "network_case.hpp"

namespace fpcpu::bench {

/// One step of the training plan, as it ran.
struct TimedStep {
  StepKind kind = StepKind::forward;
  std::string node;
  std::string layer;  // kind of layer
  Shape out;
  double seconds = 0;  // thread seconds of a whole batch: the fastest of several batches
  StepCost cost;       // of a whole batch

  /// GFLOP/s while each of `threads` is in this step.
  [[nodiscard]] double gflops(int threads) const { return seconds > 0 ? cost.flops * threads / seconds * 1e-9 : 0.0; }
};

/// Trains on the case's batch for about so long and times every step. The loss is compared with the reference
/// executor's first; empty if it differs, which is then said on standard error.
[[nodiscard]] std::vector<TimedStep> time_steps(NetworkCase& c, double seconds);

}  // namespace fpcpu::bench
