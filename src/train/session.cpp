// SPDX-License-Identifier: MIT
#include "train/session.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

/// Part of a time budget that a run must not pass.
constexpr double kBudgetEnd = 1.05;

void append(std::string& list, const std::string& text) { list += (list.empty() ? "" : "; ") + text; }

}  // namespace

Session::Session(const RunSetup& setup, Supply supply, std::optional<Checkpoint> checkpoint, Dialogue& dialogue)
    : setup_(setup),
      dialogue_(dialogue),
      supply_(std::move(supply)),
      learner_(*setup.task, checkpoint ? std::move(checkpoint->params) : setup.untrained().params, setup.options,
               supply_.loader->batches_per_epoch(), setup.kernels, *setup.pool),
      position_(setup.position),
      note_(setup.note),
      judge_seconds_(setup.judge_seconds) {
  dialogue_.hear();
  if (!setup.run.fast) check_length(learner_.stages(), setup.options.epochs);
  if (checkpoint) go_on(*checkpoint);
}

void Session::go_on(const Checkpoint& checkpoint) {
  const auto kept = [&](const char* name) {
    const auto at = checkpoint.state.find(name);
    return at == checkpoint.state.end() ? std::string() : at->second;
  };
  learner_.load(checkpoint.extra, checkpoint.state);
  dialogue_.say("resuming " + setup_.run.resume + " after epoch " + std::to_string(position_.epoch) +
                (position_.batch > 0 ? ", batch " + std::to_string(position_.batch) : ""));
  if (note_.empty()) note_ = kept("note");
  replanned_ = kept("replanned");
  if (setup_.prolonged()) plan_anew();
  if (!setup_.data_changed) return;
  append(replanned_, "its data changed after epoch " + std::to_string(position_.epoch));
  position_.batch = std::min(position_.batch, supply_.loader->batches_per_epoch());
}

void Session::plan_anew() {
  const int epochs = setup_.options.epochs;
  if (epochs < position_.epoch) {
    throw Error(ErrorCode::usage, "--epochs " + std::to_string(epochs) + ": the run has " +
                                      std::to_string(position_.epoch) + " behind it.");
  }
  position_.waiting_since = position_.epoch;
  const std::string change = "planned anew after epoch " + std::to_string(position_.epoch) + ": " +
                             std::to_string(epochs) + " epochs instead of " +
                             std::to_string(setup_.planned_epochs.value_or(epochs));
  append(replanned_, change);
  std::array<char, 120> rates{};
  std::snprintf(rates.data(), rates.size(), "; the learning rate goes on at %.2g, where it had come to %.2g",
                learner_.lr(), position_.lr);
  dialogue_.say(change + (position_.lr > 0 ? rates.data() : ""));
}

void Session::start() {
  position_.setup_seconds += setup_.since_start.seconds();
  clock_ = Clock(position_.seconds);
  session_clock_ = Clock();
  stalled_before_ = supply_.loader->stall_seconds();  // while the speed was measured
  judged_before_ = supply_.judge->seconds();
}

void Session::recall(std::span<const EpochRow> rows) {
  for (const EpochRow& row : rows) {
    last_.epoch = row.epoch;
    last_.train_loss = row.train_loss;
    last_.train_mse100 = row.train_mse100;
    last_.val_mse100 = row.val_mse100;
    last_.val_nme = row.val_nme;
    last_.fit_mse100 = row.fit_mse100;
    if (row.epoch == position_.best_epoch) best_ = last_;
  }
}

bool Session::is_complete() const {
  const int patience = setup_.options.patience;
  const int waited = position_.epoch - std::max(position_.best_epoch, position_.waiting_since);
  return position_.epoch >= setup_.options.epochs || (patience > 0 && waited >= patience);
}

void Session::watch_time(double needed) {
  const double elapsed = position_.setup_seconds + clock_.seconds();
  out_of_time_ = position_.budget > 0 && elapsed + needed + judge_seconds_ > kBudgetEnd * position_.budget;
}

void Session::begin_epoch() {
  epoch_clock_ = Clock(position_.epoch_seconds);
  const bool calm = is_calm_epoch(supply_.loader->augment(), position_.epoch, setup_.options.epochs);
  supply_.loader->start(position_.epoch, position_.batch, calm ? Strength::calm : Strength::usual);
}

bool Session::step() {
  const Batch* batch = supply_.loader->next();
  if (batch == nullptr) return false;
  const int batches = supply_.loader->batches_per_epoch();
  take_step(*batch);
  position_.epoch_seconds = epoch_clock_.seconds();
  position_.seconds = clock_.seconds();
  tell_step(batch->n, batches);
  dialogue_.hear();
  if (position_.batch == batches) return false;
  watch_time(0);
  return !out_of_time_;
}

void Session::take_step(const Batch& batch) {
  const StepResult step = learner_.step(batch);
  ++revision_;
  position_.lr = step.lr;
  ++position_.batch;
  if (step.skipped.empty()) {
    position_.loss_sum += step.loss;
    position_.mse_sum += step.mse100;
    position_.terms.add(step.terms, step.active);
  } else {
    ++position_.skipped;
    dialogue_.notice(step.skipped);
  }
}

void Session::tell_step(int images, int batches) const {
  StepProgress p;
  p.epoch = position_.epoch + 1;
  p.epochs = setup_.options.epochs;
  p.batch = position_.batch;
  p.batches = batches;
  p.loss = position_.mean_loss();
  p.mse100 = position_.mean_mse100();
  p.images_per_s = static_cast<double>(position_.batch) * images / position_.epoch_seconds;
  const double done = position_.epoch + static_cast<double>(position_.batch) / batches;
  p.seconds_left = position_.seconds / done * (p.epochs - done);
  dialogue_.step(p);
}

FinishedEpoch Session::finish_epoch() {
  const Clock judging;
  JudgedModel judged = supply_.evaluate(setup_, learner_, position_.epoch + 1, dialogue_);
  judge_seconds_ = judging.seconds();
  FinishedEpoch finished{
      {}, std::move(judged.model), std::move(judged.judgement), position_.epoch_seconds, position_.terms.means()};
  EpochResult& r = finished.result;
  r.epoch = position_.epoch + 1;
  r.epochs = setup_.options.epochs;
  r.lr = position_.lr;
  r.train_loss = position_.mean_loss();
  r.train_mse100 = position_.mean_mse100();
  const auto batch = std::min(static_cast<std::size_t>(setup_.options.batch), setup_.data.train->size());
  r.images_per_s = static_cast<double>(position_.batch) * static_cast<double>(batch) / position_.epoch_seconds;
  const bool has_faces = supply_.judge->has_faces();
  r.fit_mse100 = finished.judged.fit_mse100;
  if (has_faces) {
    r.val_loss = finished.judged.val.loss;
    r.val_mse100 = finished.judged.val.metrics.mse100;
    r.val_nme = finished.judged.val.metrics.nme;
    r.nme_by = finished.judged.val.metrics.nme_by;
    if (std::isnan(r.val_mse100)) {
      throw Error(ErrorCode::numeric, "epoch " + std::to_string(r.epoch) +
                                          ": the validation error is not finite. The last saved model is intact. Try a "
                                          "lower --lr or --clip 1.");
    }
  }
  // Without validation the newest weights are the ones to keep.
  const double error = has_faces ? r.val_mse100 : -static_cast<double>(r.epoch);
  r.best = error < position_.best_error;
  learner_.observe(has_faces ? r.val_mse100 : r.train_mse100);
  position_.pass_epoch(r.best ? std::optional(error) : std::nullopt);
  ++revision_;
  r.seconds = position_.seconds = clock_.seconds();
  last_ = r;
  if (r.best) best_ = r;
  return finished;
}

void Session::look_ahead(const FinishedEpoch& epoch) {
  if (is_complete()) return;
  dialogue_.hear();
  watch_time(epoch.training_seconds);
}

void Session::lift_limit() {
  position_.budget = 0;
  ++revision_;
}

void Session::save(Checkpoint& checkpoint) const {
  learner_.save(checkpoint.extra, checkpoint.state);
  position_.save(checkpoint.state);
  setup_.places.save(checkpoint.state);
  checkpoint.state["note"] = note_;
  checkpoint.state["replanned"] = replanned_;
}

Model Session::unjudged_model() {
  learner_.measure_statistics(*supply_.loader, position_.epoch);
  return setup_.with_params(learner_.result());
}

RunTimes Session::take_times() {
  const LearnerTimes learning = learner_.take_times();
  RunTimes times;
  times.load = supply_.loader->stall_seconds() - stalled_before_;
  times.evaluate = supply_.judge->seconds() - judged_before_;
  times.forward = learning.forward;
  times.backward = learning.backward;
  times.update = learning.update;
  times.measure = learning.measure;
  times.all = session_clock_.seconds();
  return times;
}

}  // namespace fpcpu
