// SPDX-License-Identifier: MIT
#include "train/training_run.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "options/config.hpp"

namespace fpcpu {

namespace {

/// Part of a time budget that a run must not pass.
constexpr double kBudgetEnd = 1.05;

}  // namespace

TrainingRun::TrainingRun(RunStart start, const TrainCallbacks& callbacks, DatasetPtr given)
    : start_(std::move(start)),
      options_(start_.options),
      run_(start_.run),
      callbacks_(callbacks),
      faces_given_(given != nullptr),
      kernels_(choose_kernels(run_, start_.checkpoint, parse_precision(options_.precision))),
      pool_(run_.threads),
      folder_(std::move(start_.folder)),
      timer_(options_.checkpoint_every) {
  check_options(options_);
  if (run_.fast) {
    if (options_.automatic || !options_.time.empty()) {
      throw Error(ErrorCode::usage, "--fast is one short epoch; leave --time and --auto out.");
    }
    options_.epochs = 1;
  }
  for (const std::string& finding : start_.findings) say(finding, callbacks_.notice);
  data_ = open_data(std::move(given));
}

TrainResult TrainingRun::run() {
  if (!attempt([&] { prepare(); })) {
    TrainResult result;
    result.interrupted = true;
    if (folder_) result.run = path_text(folder_->path());
    return result;
  }
  const bool whole = attempt([&] {
    while (!finished() && !out_of_time_) {
      if (train_epoch()) finish_epoch();
    }
  });
  return conclude(!whole);
}

void TrainingRun::say(const std::string& text, const std::function<void(const std::string&)>& callback) {
  if (folder_) {
    folder_->log(text);
  } else {
    before_folder_.push_back(text);
  }
  if (callback) callback(text);
}

void TrainingRun::tell(const PhaseProgress& phase) {
  hear();
  if (callbacks_.phase) callbacks_.phase(phase);
}

bool TrainingRun::finished() const {
  const int waited = position_.epoch - std::max(position_.best_epoch, position_.waiting_since);
  return position_.epoch >= options_.epochs || (options_.patience > 0 && waited >= options_.patience);
}

void TrainingRun::watch_time(double needed) {
  const double elapsed = position_.setup_seconds + clock_.seconds();
  out_of_time_ = position_.budget > 0 && elapsed + needed + judge_seconds_ > kBudgetEnd * position_.budget;
}

Judgement TrainingRun::judge(Learner& learner, int next_epoch) {
  const Clock clock;
  learner.measure_statistics(*loader_, next_epoch, [this] { hear(); });
  Judgement result = judge_->epoch(*graph_, learner.result());
  judge_seconds_ = clock.seconds();
  return result;
}

bool TrainingRun::train_epoch() {
  const Clock epoch_clock(position_.epoch_seconds);
  const int batches = loader_->batches_per_epoch();
  const bool calm = is_calm_epoch(loader_->augment(), position_.epoch, options_.epochs);
  loader_->start(position_.epoch, position_.batch, calm ? Strength::calm : Strength::usual);
  while (const Batch* batch = loader_->next()) {
    take_step(*batch);
    position_.epoch_seconds = epoch_clock.seconds();
    position_.seconds = clock_.seconds();
    tell_step(batch->n, batches);
    hear();
    if (position_.batch == batches) break;
    watch_time(0);
    if (out_of_time_) return false;
    if (folder_ && timer_.is_due_inside_epoch()) save();
  }
  return true;
}

void TrainingRun::take_step(const Batch& batch) {
  const StepResult step = learner_->step(batch);
  unsaved_ = true;
  position_.lr = step.lr;
  ++position_.batch;
  if (step.skipped.empty()) {
    position_.loss_sum += step.loss;
    position_.mse_sum += step.mse100;
  } else {
    ++position_.skipped;
    say(step.skipped, callbacks_.notice);
  }
}

void TrainingRun::tell_step(int images, int batches) const {
  if (!callbacks_.step) return;
  StepProgress p;
  p.epoch = position_.epoch + 1;
  p.epochs = options_.epochs;
  p.batch = position_.batch;
  p.batches = batches;
  p.loss = position_.mean_loss();
  p.mse100 = position_.mean_mse100();
  p.images_per_s = static_cast<double>(position_.batch) * images / position_.epoch_seconds;
  const double done = position_.epoch + static_cast<double>(position_.batch) / batches;
  p.seconds_left = position_.seconds / done * (options_.epochs - done);
  callbacks_.step(p);
}

void TrainingRun::finish_epoch() {
  EpochResult r;
  r.epoch = position_.epoch + 1;
  r.epochs = options_.epochs;
  r.lr = position_.lr;
  r.train_loss = position_.mean_loss();
  r.train_mse100 = position_.mean_mse100();
  const auto batch = std::min(static_cast<std::size_t>(options_.batch), data_.train->size());
  r.images_per_s = static_cast<double>(position_.batch) * static_cast<double>(batch) / position_.epoch_seconds;
  const bool has_faces = judge_->has_faces();
  Judgement judged = judge(*learner_, position_.epoch + 1);
  r.fit_mse100 = judged.fit_mse100;
  if (has_faces) {
    r.val_loss = judged.val.loss;
    r.val_mse100 = judged.val.metrics.mse100;
    r.val_nme = judged.val.metrics.nme;
    r.nme_by = judged.val.metrics.nme_by;
    if (std::isnan(r.val_mse100)) {
      throw Error(ErrorCode::numeric, "epoch " + std::to_string(r.epoch) +
                                          ": the validation error is not finite. The last saved model is intact. Try a "
                                          "lower --lr or --clip 1.");
    }
  }
  // Without validation the newest weights are the ones to keep.
  const double error = has_faces ? r.val_mse100 : -static_cast<double>(r.epoch);
  r.best = error < position_.best_error;
  learner_->observe(has_faces ? r.val_mse100 : r.train_mse100);
  position_.epoch = r.epoch;
  if (r.best) {
    position_.best_error = error;
    position_.best_epoch = r.epoch;
    best_ = r;
  }
  const double epoch_seconds = position_.epoch_seconds;
  position_.batch = position_.skipped = 0;
  position_.loss_sum = position_.mse_sum = position_.epoch_seconds = 0;
  r.seconds = position_.seconds = clock_.seconds();
  last_ = r;
  if (folder_) keep_epoch(r, judged);
  if (r.best && has_faces) best_evaluation_ = std::move(judged.val);
  if (callbacks_.epoch) callbacks_.epoch(r);
  if (finished()) return;
  hear();
  watch_time(epoch_seconds);
}

}  // namespace fpcpu
