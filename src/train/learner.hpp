#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data/loader.hpp"
#include "fpcpu/losses.hpp"
#include "fpcpu/trainer.hpp"
#include "graph/output_points.hpp"
#include "graph/plan_executor.hpp"
#include "optim/clip.hpp"
#include "optim/ema.hpp"
#include "optim/optimizer.hpp"
#include "optim/schedule.hpp"

namespace fpcpu {

/// What one training step tells.
struct StepResult {
  double loss = 0;
  double mse100 = 0;  // of the batch as the network saw it
  double lr = 0;
};

/// Wall seconds by what they went to.
struct LearnerTimes {
  double forward = 0;   // with the loss
  double backward = 0;  // down to the gradient of each slice
  double update = 0;    // sum of gradients, optimizer, moving average
};

/// A network that learns: executor, optimizer, schedule and moving average over one block of parameters.
/// step() allocates nothing and gives the same bits for any number of threads.
class Learner {
 public:
  /// @param steps_per_epoch of the run, for the schedule.
  Learner(const Graph& graph, Params<float> params, const TrainOptions& options, int steps_per_epoch,
          const kernels::KernelTable<float>& kernels, ThreadPool& pool);

  /// @throws Error{numeric} if loss or gradient is not finite; the parameters are then those before the step.
  StepResult step(const Batch& batch);

  /// Tells the validation error of an epoch to the schedule.
  void observe(double error) noexcept { schedule_.observe(error); }

  [[nodiscard]] const Params<float>& params() const noexcept { return params_; }
  /// The weights to judge and to keep: the moving average if there is one, else the current ones.
  [[nodiscard]] Params<float> result() const;
  [[nodiscard]] std::int64_t steps() const noexcept { return optimizer_.steps(); }
  [[nodiscard]] double lr() const noexcept { return schedule_.lr(steps()); }

  /// Since construction or the last call. Slices run forward and backward in one go, so the wall time of both is
  /// divided in the proportion of their thread time.
  LearnerTimes take_times();

  void save(std::map<std::string, std::vector<float>>& arrays, std::map<std::string, std::string>& state) const;
  void load(const std::map<std::string, std::vector<float>>& arrays, const std::map<std::string, std::string>& state);

 private:
  [[noreturn]] void report_not_finite(const Batch& batch) const;
  [[nodiscard]] double batch_mse100(const Batch& batch) noexcept;

  TrainOptions options_;
  Graph graph_;
  Graph fused_;
  Params<float> params_;
  LossPtr loss_;
  ThreadPool& pool_;
  PlanExecutor executor_;
  OutputPoints output_points_;
  Optimizer optimizer_;
  Schedule schedule_;
  std::unique_ptr<Ema> weights_average_;
  std::unique_ptr<Ema> buffers_average_;
  AlignedBuffer<float> gradient_;
  std::vector<double> block_norms_;
  StepTimes step_times_;
  double compute_seconds_ = 0;
  double update_seconds_ = 0;
};

}  // namespace fpcpu
