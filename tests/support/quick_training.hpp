// SPDX-License-Identifier: MIT
#pragma once

#include "fpcpu/train_options.hpp"

namespace fpcpu::test {

/// A training of seconds in which everything happens: three epochs of seven steps with all augmentations.
[[nodiscard]] inline TrainOptions quick() {
  TrainOptions options;
  options.data = {"synth:60:3"};
  options.input_size = 32;
  options.epochs = 3;
  options.batch = 8;
  options.augment = "full";
  return options;
}

}  // namespace fpcpu::test
