// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/loader.hpp"
#include "fpcpu/trainer.hpp"
#include "graph/decode.hpp"
#include "graph/plan_executor.hpp"
#include "optim/clip.hpp"
#include "optim/ema.hpp"
#include "optim/grouped_optimizer.hpp"
#include "optim/schedule.hpp"
#include "train/stages.hpp"
#include "train/task.hpp"

namespace fpcpu {

/// The schedule that the options ask for. @throws Error{usage} for milestones that are not numbers.
[[nodiscard]] ScheduleOptions schedule_options(const TrainOptions& options, int steps_per_epoch);

/// What one training step tells.
struct StepResult {
  double loss = 0;                     // the weighted sum of the terms
  std::span<const double> terms = {};  // each without its weight, until the next step
  std::uint32_t active = UINT32_MAX;   // bit t: term t counted
  double mse100 = 0;                   // of the batch as the network saw it
  double lr = 0;
  std::string skipped;  // why the step did not happen, a sentence; empty: it did
};

/// Wall seconds by what they went to.
struct LearnerTimes {
  double forward = 0;   // with the loss
  double backward = 0;  // down to the gradient of each slice
  double update = 0;    // sum of gradients, optimizer, moving average
  double measure = 0;   // statistics of batch norm for the averaged weights
};

/// A network that learns: executor, optimizer, schedule and moving average over one block of parameters.
/// A step that happens allocates nothing and gives the same bits for any number of threads.
class Learner {
 public:
  /// @param steps_per_epoch of the run, for the schedule.
  /// @throws Error{usage|shape} for groups and stages that do not fit the network, and what the executor finds
  Learner(TrainingTask task, Params<float> params, const TrainOptions& options, int steps_per_epoch,
          const kernels::KernelTable<float>& kernels, ThreadPool& pool);

  /// If loss or gradient is not finite, the step is skipped: everything is as before it, except that the learning rate
  /// is halved for the rest of the run. @throws Error{numeric} instead when that happens for the third time.
  StepResult step(const Batch& batch);

  /// Running statistics of batch norm for the averaged weights: their mean over some first batches of an epoch. Those
  /// kept during training belong to other weights. Izmailov et al., UAI 2018, arXiv 1803.05407.
  /// Does nothing without a moving average or without batch norm.
  /// @param between  called before each batch; may throw to give it up, all is then as before
  void measure_statistics(Loader& loader, int epoch, const std::function<void()>& between = {});

  /// Tells the validation error of an epoch to the schedule.
  void observe(double error) noexcept { schedule_.observe(error); }

  [[nodiscard]] const Params<float>& params() const noexcept { return params_; }
  /// The weights to judge and to keep: the moving average if there is one, else the current ones. The average comes
  /// with the statistics measured last.
  [[nodiscard]] Params<float> result() const;
  [[nodiscard]] std::int64_t steps() const noexcept { return optimizer_.steps(); }
  [[nodiscard]] double lr() const noexcept;
  [[nodiscard]] const Stages& stages() const noexcept { return stages_; }

  /// Since construction or the last call. Slices run forward and backward in one go, so the wall time of both is
  /// divided in the proportion of their thread time.
  LearnerTimes take_times();

  void save(std::map<std::string, std::vector<float>>& arrays, std::map<std::string, std::string>& state) const;
  void load(const std::map<std::string, std::vector<float>>& arrays, const std::map<std::string, std::string>& state);

 private:
  /// The batch as the executor wants it, with the keys of the step's random numbers.
  [[nodiscard]] TrainInput input_of(const Batch& batch);
  void skip(const Batch& batch, StepResult& result);
  /// Takes what the executor has recorded since it was told to.
  void collect_step_times();
  [[nodiscard]] std::string find_not_finite(const Batch& batch) const;
  [[nodiscard]] double batch_mse100(const Batch& batch) noexcept;

  TrainOptions options_;
  TrainingTask task_;
  Graph fused_;
  Params<float> params_;
  ThreadPool& pool_;
  PlanExecutor executor_;
  HeadPtr head_;
  AlignedBuffer<float> points_;  // of the batch as the network saw it
  GroupedOptimizer optimizer_;
  Stages stages_;
  Schedule schedule_;
  std::unique_ptr<Ema> average_;
  AlignedBuffer<float> statistics_;         // of the averaged weights
  AlignedBuffer<float> statistics_before_;  // of the current weights, before the step
  AlignedBuffer<float> gradient_;
  std::vector<double> block_norms_;
  int skipped_ = 0;  // steps, each of which halved the learning rate
  StepTimes step_times_;
  double forward_thread_seconds_ = 0;
  double backward_thread_seconds_ = 0;
  double measure_seconds_ = 0;
  double compute_seconds_ = 0;
  double update_seconds_ = 0;
};

}  // namespace fpcpu
