// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "fpcpu/trainer.hpp"

namespace fpcpu::test {

/// Wants to stop once so many training steps are done; 0: at once.
[[nodiscard]] inline TrainCallbacks stop_after(int steps) {
  const auto left = std::make_shared<int>(steps);
  TrainCallbacks callbacks;
  callbacks.step = [left](const StepProgress&) { --*left; };
  callbacks.stop = [left] { return *left <= 0; };
  return callbacks;
}

}  // namespace fpcpu::test
