// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>

#include "data/loader.hpp"
#include "train/learner.hpp"

/// `--time`: a run that is as long as wanted. The speed is measured before the first step and fixes the number of
/// epochs, so that the run itself stays a function of its options and can be repeated bit for bit.
namespace fpcpu {

/// What a run costs on this machine as it is now, in seconds.
struct RunSpeed {
  double step = 0;   // one batch, with its images in the cache
  double cold = 0;   // what the first epoch costs more, because it decodes
  double judge = 0;  // judging an epoch
};

/// "at 40 ms a step, 31 steps and 500 ms of evaluation an epoch"
[[nodiscard]] std::string describe(const RunSpeed& speed, int batches_per_epoch);

/// Trains `learner`, which is spoilt by it, on the first batches of `loader`: once to fill the cache, once against the
/// clock. @param judge  judges once. @param seconds  that the measurement may take, roughly.
/// @param between  called before each step; may throw to give it up
[[nodiscard]] RunSpeed measure_speed(Loader& loader, Learner& learner, const std::function<void()>& judge,
                                     double seconds, const std::function<void()>& between = {});

/// Epochs that fit into the seconds that are left, with the last judgement and the report; at least 1.
[[nodiscard]] int epochs_within(double seconds, const RunSpeed& speed, int batches_per_epoch) noexcept;

}  // namespace fpcpu
