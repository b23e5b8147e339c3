// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "fpcpu/train_options.hpp"

namespace fpcpu {

/// Training and new faces side by side, in plain language.
struct FitFinding {
  bool overfits = false;  // the two have parted
  std::string text;       // empty if either error is unknown
};

/// @param fit, val  mse100 of training and validation faces, judged alike
[[nodiscard]] FitFinding describe_fit(const TrainOptions& options, double fit, double val);

}  // namespace fpcpu
