// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "fpcpu/train_options.hpp"

namespace fpcpu::test {

/// What a test may want to be otherwise.
struct Quick {
  std::string data = "synth:60:3";
  int epochs = 3;
  double val_split = 0.1;
  std::string time = {};
};

/// A training of seconds in which everything happens: three epochs of seven steps with all augmentations.
[[nodiscard]] inline TrainOptions quick(const Quick& q = {}) {
  TrainOptions options;
  options.data = {q.data};
  options.val_split = q.val_split;
  options.input_size = 32;
  options.epochs = q.epochs;
  options.batch = 8;
  options.time = q.time;
  return options;
}

}  // namespace fpcpu::test
