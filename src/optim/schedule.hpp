// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fpcpu {

/// How the learning rate moves. Times are in epochs and may be fractions.
struct ScheduleOptions {
  std::string name = "cosine";
  double lr = 1e-3;  // the highest rate
  double epochs = 30;
  std::int64_t steps_per_epoch = 1;
  double warmup = 0;                    // epochs of linear rise from 0 to lr
  double gamma = 0.1;                   // step, multi-step, plateau: factor of one drop
  double drop_every = 0;                // step: epochs between drops; 0 = a third of the run
  std::vector<double> milestones = {};  // multi-step: epochs of the drops; empty = 60 % and 85 % of the run
  double final_ratio = 0.01;            // exponential, cosine, one-cycle: last rate / lr; exponential may rise
  int patience = 5;                     // plateau: epochs without improvement before a drop
  double threshold = 1e-3;              // plateau: relative fall of the error that counts as improvement
};

/// Learning rate of every step. With t = step, T = all steps, W = warm-up steps, u = (t - W) / (T - 1 - W) in [0, 1]:
///   warm-up      (rate at u = 0) * (t + 1) / W                     for t < W, then one of
///   constant     lr
///   step         lr * gamma^floor(epoch / drop_every)
///   multi-step   lr * gamma^(number of milestones passed)
///   exponential  lr * final_ratio^u
///   plateau      lr * gamma^(drops so far); a drop when `observe` saw no improvement for more than `patience` epochs
///   cosine       lr * (final_ratio + (1 - final_ratio) * (1 + cos(pi u)) / 2)
///   one-cycle    half cosines: lr/25 up to lr at u = 0.3, down to lr * final_ratio at u = 1
/// All but plateau are pure functions of the step. Sources: cosine, Loshchilov and Hutter, arXiv 1608.03983; one-cycle,
/// Smith and Topin, arXiv 1708.07120.
class Schedule {
 public:
  /// @throws Error{usage} for an unknown name (naming the nearest) or a number out of range.
  explicit Schedule(ScheduleOptions options);

  /// @param step 0-based, steps beyond the planned end keep the last rate.
  [[nodiscard]] double lr(std::int64_t step) const noexcept;

  /// Tells the validation error of a finished epoch; only plateau listens.
  void observe(double error) noexcept;

  /// Adds what plateau remembers ("schedule.best", "schedule.bad", "schedule.drops") for a checkpoint; exact.
  void save(std::map<std::string, std::string>& state) const;
  /// @throws Error{format} if something is missing or not a number.
  void load(const std::map<std::string, std::string>& state);

 private:
  ScheduleOptions options_;
  std::size_t kind_;  // row of the registry in schedule.cpp
  std::int64_t total_steps_;
  std::int64_t warmup_steps_;
  double best_;
  int bad_ = 0;
  int drops_ = 0;
};

/// constant, step, multi-step, exponential, plateau, cosine, one-cycle
[[nodiscard]] std::vector<std::string_view> schedule_names();

}  // namespace fpcpu
