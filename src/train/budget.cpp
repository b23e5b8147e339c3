// SPDX-License-Identifier: MIT
#include "train/budget.hpp"

#include <algorithm>
#include <cmath>

#include "train/clock.hpp"

namespace fpcpu {

namespace {

/// A first judgement that took longer than this part of the measurement is not repeated with a warm cache.
constexpr double kJudgePart = 0.3;

/// Seconds of one pass over the first batches of the first epoch, without the wait for the first of them.
/// @param batches  0: as many as `seconds` allow, at least two; set to the number done.
double timed_pass(Loader& loader, Learner& learner, int& batches, double seconds,
                  const std::function<void()>& between) {
  loader.start(0);
  const int most = batches > 0 ? batches : loader.batches_per_epoch();
  const Batch* batch = loader.next();
  const Clock clock;
  int done = 0;
  while (batch != nullptr) {
    if (between) between();
    (void)learner.step(*batch);
    ++done;
    const bool enough = batches == 0 && done >= 2 && clock.seconds() > seconds;
    batch = done < most && !enough ? loader.next() : nullptr;
  }
  batches = done;
  return clock.seconds();
}

}  // namespace

std::string describe(const RunSpeed& speed, int batches_per_epoch) {
  return "at " + std::to_string(std::lround(1000 * speed.step)) + " ms a step, " + std::to_string(batches_per_epoch) +
         " steps and " + std::to_string(std::lround(1000 * speed.judge)) + " ms of evaluation an epoch";
}

RunSpeed measure_speed(Loader& loader, Learner& learner, const std::function<void()>& judge, double seconds,
                       const std::function<void()>& between) {
  int batches = 0;
  const double cold = timed_pass(loader, learner, batches, seconds / 2, between);
  const double warm = timed_pass(loader, learner, batches, 0, between);
  RunSpeed speed;
  speed.step = warm / batches;
  speed.cold = std::max(0.0, cold - warm) / batches * (loader.batches_per_epoch() - batches);
  for (int round = 0; round < 2; ++round) {
    const Clock clock;
    judge();
    speed.judge = clock.seconds();
    if (speed.judge > kJudgePart * seconds) break;
  }
  return speed;
}

int epochs_within(double seconds, const RunSpeed& speed, int batches_per_epoch) noexcept {
  const double left = seconds - speed.cold - speed.judge;
  const double epochs = left / (speed.step * batches_per_epoch + speed.judge);
  return static_cast<int>(std::clamp(epochs, 1.0, 1e6));
}

}  // namespace fpcpu
