// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>

#include "fpcpu/error.hpp"
#include "fpcpu/search.hpp"
#include "options/config.hpp"
#include "search/lr_curve.hpp"
#include "train/clock.hpp"
#include "train/learner.hpp"
#include "train/setup.hpp"
#include "train/stop.hpp"
#include "train/training_data.hpp"

namespace fpcpu {

namespace {

/// Running mean of the loss, corrected for its start at zero, that says when the rate has become too high.
class DivergenceWatch {
 public:
  /// True when `loss` shows that training has come apart.
  bool add(double loss) {
    if (!std::isfinite(loss)) return true;
    weight_ = kMemory * weight_ + (1 - kMemory);
    mean_ = kMemory * mean_ + (1 - kMemory) * loss;
    const double now = mean_ / weight_;
    best_ = std::min(best_, now);
    return now > kTooHigh * best_;
  }

 private:
  static constexpr double kMemory = 0.8;
  static constexpr double kTooHigh = 4;
  double weight_ = 0;
  double mean_ = 0;
  double best_ = std::numeric_limits<double>::infinity();
};

/// The schedule that does the rise: one epoch of as many steps as the test has.
TrainOptions rising(TrainOptions options, const LrFindOptions& find) {
  options.schedule = "exponential";
  options.lr = find.from;
  options.final_ratio = find.to / find.from;
  options.epochs = 1;
  options.warmup = 0;
  options.ema = 0;
  return options;
}

void check(const LrFindOptions& find) {
  if (!(find.from > 0) || !(find.to > find.from) || !std::isfinite(find.to)) {
    throw Error(ErrorCode::usage, "the range of the learning rate needs 0 < --from < --to.");
  }
  if (find.steps < 10) throw Error(ErrorCode::usage, "--steps must be at least 10.");
}

void say(const std::function<void(const std::string&)>& callback, const std::string& text) {
  if (callback) callback(text);
}

/// The next batch, over as many epochs as it takes.
const Batch& next_batch(Loader& loader, int& epoch) {
  const Batch* batch = epoch < 0 ? nullptr : loader.next();
  if (batch == nullptr) {
    loader.start(++epoch);
    batch = loader.next();
  }
  return *batch;
}

/// NaN where the learner finds that loss or gradient is not finite.
double loss_of_step(Learner& learner, const Batch& batch) {
  try {
    const StepResult step = learner.step(batch);
    return step.skipped.empty() ? step.loss : std::numeric_limits<double>::quiet_NaN();
  } catch (const Error& e) {
    if (e.code() != ErrorCode::numeric) throw;
    return std::numeric_limits<double>::quiet_NaN();
  }
}

/// The test itself; `result` gets its curve. @throws Interrupted
void raise_rate(TrainOptions options, const LrFindOptions& find, const RunOptions& run, const TrainCallbacks& callbacks,
                const kernels::KernelTable<float>& kernels, LrFindResult& result) {
  ThreadPool pool(run.threads);
  const TrainingData data = open_training_data(options, nullptr, false);
  tell(data.report, callbacks.notice);
  NetworkDefinition network = build_network(options, data.train->points());
  Graph& graph = network.graph;
  say(callbacks.message, std::to_string(data.train->size()) + " training faces; measuring colours and mean shape ...");
  tell_warnings(data.findings, callbacks.notice);
  const Preprocessing preprocessing =
      measure_preprocessing(options, data, graph, callbacks.notice, [&](const PhaseProgress& phase) {
        stop_point(callbacks);
        if (callbacks.phase) callbacks.phase(phase);
      });
  graph.fit_heads(preprocessing.mean_shape);
  if (callbacks.phase) callbacks.phase({"planning the network"});
  TrainingTask task = make_task(network, options, {data.train, preprocessing, options.batch, kernels, pool});
  LoaderOptions loading =
      training_loader(options, graph.input_shape().c, static_cast<std::size_t>(options.cache_mb), pool.threads());
  loading.streams = task.streams->from_samples();
  Loader loader(data.train, preprocessing, loading);
  Learner learner(std::move(task), initial_params(graph, preprocessing, options), options, find.steps, kernels, pool);

  DivergenceWatch watch;
  const Clock clock;
  int epoch = -1;
  for (int step = 1; step <= find.steps && !result.diverged; ++step) {
    stop_point(callbacks);
    const Batch& batch = next_batch(loader, epoch);
    const double lr = learner.lr();
    const double loss = loss_of_step(learner, batch);
    result.diverged = watch.add(loss);
    if (std::isfinite(loss)) result.curve.push_back({lr, loss, loss});
    if (callbacks.step) {
      const double seconds = clock.seconds();
      StepProgress p;
      p.epoch = p.epochs = 1;
      p.batch = step;
      p.batches = find.steps;
      p.loss = loss;
      p.images_per_s = static_cast<double>(step) * batch.n / seconds;
      p.seconds_left = seconds / step * (find.steps - step);
      callbacks.step(p);
    }
  }
}

}  // namespace

LrFindResult find_lr(const TrainOptions& given, const LrFindOptions& find, const RunOptions& run,
                     const TrainCallbacks& callbacks) {
  check(find);
  check_options(given);
  const TrainOptions options = rising(given, find);
  const Precision precision = parse_precision(options.precision);
  const auto& kernels = kernels::choose_table(run.isa.c_str(), precision);
  if (const std::string notice = kernels::precision_notice(kernels, precision); !notice.empty()) {
    say(callbacks.notice, notice);
  }
  LrFindResult result;
  try {
    raise_rate(options, find, run, callbacks, kernels, result);
  } catch (const Interrupted&) {
    result.interrupted = true;
  }
  smooth(result.curve, find.steps);
  read_off(result);
  return result;
}

}  // namespace fpcpu
