// SPDX-License-Identifier: MIT
#include "train/learner.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "fpcpu/error.hpp"
#include "graph/passes/passes.hpp"
#include "graph/reference_executor.hpp"
#include "optim/saved_state.hpp"
#include "train/clock.hpp"

namespace fpcpu {

namespace {

/// Steps without a finite loss and gradient that end a run.
constexpr int kMostSkipped = 3;

/// Part of an epoch's batches that is measured again for the averaged weights. A forward pass is a third of a step, so
/// this costs 5 % of the epoch at most.
constexpr int kStatisticsPart = 7;
constexpr int kMostStatisticsBatches = 16;

OptimizerOptions optimizer_options(const TrainOptions& o) {
  OptimizerOptions options = optimizer_defaults(o.optimizer);
  if (o.momentum >= 0) options.momentum = o.momentum;
  if (o.beta2 >= 0) options.beta2 = o.beta2;
  options.weight_decay = o.weight_decay;
  options.l1 = o.l1;
  return options;
}

std::vector<double> parse_milestones(const std::string& text) {
  std::vector<double> values;
  const char* p = text.data();
  const char* end = p + text.size();
  while (p < end) {
    double value = 0;
    const auto result = std::from_chars(p, end, value);
    if (result.ec != std::errc{} || (result.ptr != end && *result.ptr != ',')) {
      throw Error(ErrorCode::usage, "--milestones " + text + ": expected epochs with commas, e.g. 60,80.");
    }
    values.push_back(value);
    p = result.ptr + (result.ptr != end ? 1 : 0);
  }
  return values;
}

}  // namespace

ScheduleOptions schedule_options(const TrainOptions& o, int steps_per_epoch) {
  ScheduleOptions options;
  options.name = o.schedule;
  options.lr = o.lr;
  options.epochs = o.epochs;
  options.steps_per_epoch = steps_per_epoch;
  options.warmup = std::min(o.warmup, static_cast<double>(o.epochs) / 2);
  options.gamma = o.gamma;
  options.drop_every = o.drop_every;
  options.milestones = parse_milestones(o.milestones);
  options.final_ratio = o.final_ratio;
  options.patience = o.plateau_patience;
  return options;
}

Learner::Learner(TrainingTask task, Params<float> params, const TrainOptions& options, int steps_per_epoch,
                 const kernels::KernelTable<float>& kernels, ThreadPool& pool)
    : options_(options),
      task_(std::move(task)),
      fused_(fuse_for_training(task_.graph)),
      params_(std::move(params)),
      pool_(pool),
      executor_(fused_, params_, PlanOptions{.training = true, .batch = options.batch}, kernels, pool),
      head_(task_.graph.head()),
      points_(2 * static_cast<std::size_t>(task_.graph.points()) * static_cast<std::size_t>(options.batch)),
      optimizer_(optimizer_options(options), task_.recipe.groups, params_.layout, kernels),
      stages_(task_.recipe.stages, task_.objective, params_.layout, steps_per_epoch),
      schedule_(schedule_options(options, steps_per_epoch)),
      statistics_(params_.buffers.size()),
      statistics_before_(params_.buffers.size()),
      gradient_(params_.layout.trainable_size()),
      block_norms_(optimizer_.blocks().size(), 0.0) {
  executor_.record(&step_times_);
  if (options.ema > 0) {
    average_ = std::make_unique<Ema>("ema.weights", options.ema, params_.trainable.data(), params_.trainable.size());
  }
  std::copy(params_.buffers.begin(), params_.buffers.end(), statistics_.begin());
}

double Learner::lr() const noexcept { return std::ldexp(schedule_.lr(steps()), -skipped_); }

TrainInput Learner::input_of(const Batch& batch) {
  task_.streams->bind(batch);
  TrainInput input;
  input.inputs = task_.streams->inputs();
  input.streams = task_.streams->targets();
  input.active = stages_.at(steps()).terms;
  input.n = batch.n;
  input.x = batch.x;
  input.targets = batch.targets;
  input.visible = batch.visible;
  input.seed = options_.seed;
  input.step = static_cast<std::uint64_t>(steps());
  return input;
}

StepResult Learner::step(const Batch& batch) {
  StepResult result;
  result.lr = lr();
  std::copy(params_.buffers.begin(), params_.buffers.end(), statistics_before_.begin());
  const TrainInput input = input_of(batch);
  const std::vector<std::uint8_t>& frozen = stages_.at(steps()).frozen;
  const auto learns = [&](std::size_t b) { return optimizer_.learns(b) && (frozen.empty() || frozen[b] == 0); };
  const Clock computing;
  result.loss = executor_.train(input, task_.objective);
  result.terms = executor_.terms();
  result.active = input.active;
  compute_seconds_ += computing.seconds();
  const Clock updating;
  if (!std::isfinite(result.loss)) {
    skip(batch, result);
    return result;
  }

  const auto blocks = optimizer_.blocks();
  const int count = static_cast<int>(blocks.size());
  pool_.parallel_for(count, [&](int index, int) {
    const auto b = static_cast<std::size_t>(index);
    const UpdateBlock& block = blocks[b];
    executor_.gradient(block.begin, block.end, gradient_.data() + block.begin);
    block_norms_[b] = learns(b) ? squared_norm(block, gradient_.data()) : 0.0;
  });
  const double scale = clip_scale(block_norms_, options_.clip);
  if (!std::isfinite(scale)) {
    skip(batch, result);
    return result;
  }
  optimizer_.begin_step(result.lr, scale);
  if (average_) average_->begin_step();
  pool_.parallel_for(count, [&](int index, int) {
    const auto b = static_cast<std::size_t>(index);
    if (learns(b)) optimizer_.update_block(b, params_.trainable.data(), gradient_.data());
    if (average_) average_->update_range(params_.trainable.data(), blocks[b].begin, blocks[b].end);
  });
  update_seconds_ += updating.seconds();
  result.mse100 = batch_mse100(batch);
  return result;
}

void Learner::measure_statistics(Loader& loader, int epoch, const std::function<void()>& between) {
  if (!average_ || statistics_.size() == 0) return;
  const int count = std::clamp(loader.batches_per_epoch() / kStatisticsPart, 1, kMostStatisticsBatches);
  loader.start(epoch);
  Params<float> current = params_.clone();
  std::copy_n(average_->data(), average_->size(), params_.trainable.data());
  collect_step_times();  // what follows is no part of a step
  const auto put_back = [&] {
    executor_.record(&step_times_);
    std::copy(current.trainable.begin(), current.trainable.end(), params_.trainable.begin());
    std::copy(current.buffers.begin(), current.buffers.end(), params_.buffers.begin());
  };
  try {
    for (int t = 1; t <= count; ++t) {
      if (between) between();
      const TrainInput input = input_of(*loader.next());
      const Clock measuring;
      executor_.measure(input, 1.0 / t);
      measure_seconds_ += measuring.seconds();
    }
  } catch (...) {
    put_back();
    throw;
  }
  std::copy(params_.buffers.begin(), params_.buffers.end(), statistics_.begin());
  put_back();
}

void Learner::collect_step_times() {
  executor_.record(nullptr);
  for (const StepTime& t : step_times_.steps) {
    (is_backward(t.step) ? backward_thread_seconds_ : forward_thread_seconds_) += t.seconds;
  }
}

LearnerTimes Learner::take_times() {
  collect_step_times();
  const double all = forward_thread_seconds_ + backward_thread_seconds_;
  const double share = all > 0 ? forward_thread_seconds_ / all : 0.0;
  const LearnerTimes times{compute_seconds_ * share, compute_seconds_ * (1 - share), update_seconds_, measure_seconds_};
  forward_thread_seconds_ = backward_thread_seconds_ = 0;
  compute_seconds_ = update_seconds_ = measure_seconds_ = 0;
  executor_.record(&step_times_);
  return times;
}

double Learner::batch_mse100(const Batch& batch) noexcept {
  decode(*head_, executor_.output(), task_.graph.output_shape(), batch.n, points_.data(), nullptr, pool_);
  const float* found = points_.data();
  const auto points = static_cast<std::size_t>(head_->points(task_.graph.output_shape()));
  double total = 0;
  int images = 0;
  for (int i = 0; i < batch.n; ++i) {
    double squares = 0;
    double visible = 0;
    for (std::size_t k = 0; k < points; ++k) {
      const std::size_t at = static_cast<std::size_t>(i) * points + k;
      if (batch.visible[at] == 0.0F) continue;
      const double dx = 100.0 * static_cast<double>(found[2 * at] - batch.targets[2 * at]);
      const double dy = 100.0 * static_cast<double>(found[2 * at + 1] - batch.targets[2 * at + 1]);
      squares += dx * dx + dy * dy;
      visible += 2;
    }
    if (visible > 0) {
      total += squares / visible;
      ++images;
    }
  }
  return images > 0 ? total / images : 0.0;
}

std::string Learner::find_not_finite(const Batch& batch) const {
  Params<float> params = params_.clone();
  const Graph& graph = task_.graph;
  ReferenceExecutor<float> reference(graph, params, batch.n);
  std::vector<const float*> inputs = {batch.x};
  inputs.insert(inputs.end(), task_.streams->inputs().begin(), task_.streams->inputs().end());
  reference.forward(inputs, true, options_.seed, static_cast<std::uint64_t>(steps()));
  for (int node = 0; node < graph.size(); ++node) {
    const float* y = reference.output(node);
    const std::size_t size = graph.node(node).signature.out.size() * static_cast<std::size_t>(batch.n);
    if (!std::all_of(y, y + size, [](float v) { return std::isfinite(v); })) {
      if (node == 0) return "a pixel of the batch";
      if (node < graph.first_layer()) return "target stream '" + graph.node(node).name + "'";
      return "the output of layer '" + graph.node(node).name + "'";
    }
  }
  return "the loss or the gradient";
}

void Learner::skip(const Batch& batch, StepResult& result) {
  std::copy(statistics_before_.begin(), statistics_before_.end(), params_.buffers.begin());
  const std::string what = "step " + std::to_string(steps() + 1) + ": " + find_not_finite(batch) + " is not finite";
  if (++skipped_ == kMostSkipped) {
    throw Error(ErrorCode::numeric, what +
                                        ", for the third time. The last saved model is intact. Try a lower --lr, "
                                        "--clip 1 or a longer --warmup.");
  }
  result.skipped = what + "; the step is skipped and the learning rate is halved for the rest of the run";
}

Params<float> Learner::result() const {
  Params<float> copy = params_.clone();
  if (average_) {
    std::copy_n(average_->data(), average_->size(), copy.trainable.data());
    std::copy(statistics_.begin(), statistics_.end(), copy.buffers.begin());
  }
  return copy;
}

void Learner::save(std::map<std::string, std::vector<float>>& arrays, std::map<std::string, std::string>& state) const {
  optimizer_.save(arrays, state);
  schedule_.save(state);
  saved_state::put(state, "learner.undone", std::int64_t{skipped_});
  if (average_) average_->save(arrays, state);
}

void Learner::load(const std::map<std::string, std::vector<float>>& arrays,
                   const std::map<std::string, std::string>& state) {
  optimizer_.load(arrays, state);
  schedule_.load(state);
  skipped_ = static_cast<int>(saved_state::get_count(state, "learner.undone", kMostSkipped));
  if (average_) average_->load(arrays, state);
}

}  // namespace fpcpu
