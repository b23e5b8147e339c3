// SPDX-License-Identifier: MIT
// What a training leaves behind, epoch by epoch and at its end.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/duration.hpp"
#include "core/file.hpp"
#include "report/augmented_faces.hpp"
#include "report/fit_finding.hpp"
#include "train/epoch_line.hpp"
#include "train/expected_errors.hpp"
#include "train/image_errors.hpp"
#include "train/run_facts.hpp"
#include "train/training_run.hpp"

namespace fpcpu {

namespace {

constexpr int kAugmentedFaces = 16;

}  // namespace

void TrainingRun::keep_epoch(const EpochResult& r, const Judgement& judged) {
  const Clock saving;
  const bool has_faces = judge_->has_faces();
  if (callbacks_.phase) callbacks_.phase({"saving"});
  // Before the checkpoint that names it as the best.
  if (r.best)
    save_model(r, has_faces ? learn_errors(judge_->faces(), judged.val, preprocessing_, options_.nme) : ErrorModel{});
  if (r.best && has_faces) write_image_errors(folder_->val_errors(), judge_->faces(), judged.val.metrics);
  // Rows newer than last.safetensors are dropped on resume; a missing one could not be made up for.
  metrics_->append({r.epoch, learner_->steps(), r.lr, r.train_loss, r.train_mse100, r.val_loss, r.val_mse100, r.val_nme,
                    r.images_per_s, r.seconds, r.fit_mse100});
  if (tensorboard_) {
    tensorboard_->epoch(metrics_->rows().back());
    if (has_faces) tensorboard_->faces(learner_->steps(), judge_->faces(), judged.val.predictions);
  }
  if (timer_.is_due_after_epoch()) save();
  times_.save += saving.seconds();
  if (!epoch_logged_) folder_->log(epoch_header(r, kLogColumns));
  epoch_logged_ = true;
  folder_->log(epoch_line(r, kLogColumns));
}

void TrainingRun::save_model(const EpochResult& r, ErrorModel errors) const {
  save_checkpoint(folder_->model(), {*graph_,
                                     learner_->result(),
                                     preprocessing_,
                                     run_facts(options_, data_, kernels_, r),
                                     {},
                                     {},
                                     std::move(errors)});
}

Checkpoint TrainingRun::make_checkpoint() const {
  Checkpoint c{*graph_, learner_->params().clone(), preprocessing_, run_facts(options_, data_, kernels_, last_), {},
               {}};
  learner_->save(c.extra, c.state);
  position_.save(c.state);
  start_.places.save(c.state);
  c.state["note"] = note_;
  c.state["replanned"] = replanned_;
  return c;
}

void TrainingRun::save() {
  save_last(*folder_, make_checkpoint());
  timer_.saved();
  unsaved_ = false;
}

TrainResult TrainingRun::conclude(bool interrupted) {
  TrainResult result;
  result.interrupted = interrupted;
  if (out_of_time_) {
    position_.budget = 0;
    unsaved_ = true;
    say("the time is used up after " + std::to_string(position_.epoch) + " of " + std::to_string(options_.epochs) +
            " epochs: this machine became slower than it was at the start. To run the rest without a limit: fpcpu "
            "train --resume " +
            path_text(folder_->path()),
        callbacks_.notice);
  } else if (position_.epoch < options_.epochs && !interrupted) {
    say("stopped: no better validation error for " + std::to_string(options_.patience) + " epochs");
  }
  if (folder_ && unsaved_) save();  // before anything that may take longer
  add_times();
  if (times_.load > std::max(2.0, 0.05 * times_.all)) {
    say("waited " + duration(times_.load) + " for images; a larger --cache-mb may help");
  }
  const Verdict verdict = interrupted || !folder_ ? Verdict{} : find_verdict();
  if (const FitFinding finding = describe_fit(options_, best_.fit_mse100, best_.val_mse100);
      finding.overfits && !verdict.diverged) {
    say(finding.text);
  }
  if (verdict.diverged) folder_->log(verdict.text);
  if (!verdict.diverged && !verdict.text.empty()) {
    say(verdict.text, verdict.early ? callbacks_.message : callbacks_.notice);
  }
  if (folder_) {
    if (!std::filesystem::exists(folder_->model())) {
      learner_->measure_statistics(*loader_, position_.epoch);
      save_model(last_, {});
    }
    // The report can be made again by --resume; what was asked for by Ctrl-C is to end.
    if (!attempt([&] { write_report(result.interrupted, verdict); })) result.interrupted = true;
    result.run = path_text(folder_->path());
    result.model = path_text(folder_->model());
  }
  result.diverged = verdict.diverged;
  result.finding = verdict.text;
  result.out_of_time = out_of_time_;
  result.epochs = position_.epoch;
  result.best_epoch = position_.best_epoch;
  result.train_mse100 = last_.train_mse100;
  result.val_mse100 = best_.val_mse100;
  result.val_nme = best_.val_nme;
  result.nme_by = options_.nme;
  return result;
}

void TrainingRun::add_times() {
  times_.load = loader_->stall_seconds() - stalled_before_;
  times_.evaluate = judge_->seconds() - judged_before_;
  const LearnerTimes learning = learner_->take_times();
  times_.forward = learning.forward;
  times_.backward = learning.backward;
  times_.update = learning.update;
  times_.measure = learning.measure;
  times_.all = session_.seconds();
}

Verdict TrainingRun::find_verdict() {
  Course course;
  course.rows = metrics_->rows();
  course.train_images = data_.train->size();
  course.best_epoch = position_.best_epoch;
  if (judge_->has_faces()) {
    course.best_mse100 = best_.val_mse100;
    course.mean_shape_mse100 = mean_shape_mse100(judge_->faces(), preprocessing_.mean_shape);
    course.untrained_mse100 = [this] {
      return judge_->model(*graph_, first_params(), "judging the untrained network").metrics.mse100;
    };
  }
  return judge_course(course);
}

void TrainingRun::write_report(bool interrupted, const Verdict& verdict) {
  RunReport report;
  report.title = path_text(folder_->path().filename());
  report.options = &options_;
  report.graph = &*graph_;
  report.rows = metrics_->rows();
  report.best_epoch = position_.best_epoch;
  report.isa = to_string(kernels_.isa);
  report.precision = to_string(kernels_.precision);
  report.threads = pool_.threads();
  report.preprocessing = &preprocessing_;
  report.train_images = data_.train->size();
  report.fit_mse100 = best_.fit_mse100;
  report.times = times_;
  report.interrupted = interrupted;
  report.out_of_time = out_of_time_;
  report.verdict = verdict.text;
  report.augmented = augmented_faces(data_.train, preprocessing_, loading_, kAugmentedFaces);
  // Judging the faces anew takes longer than whoever interrupts will wait.
  if (judge_->has_faces() && (best_evaluation_ || !interrupted)) {
    if (best_evaluation_) {
      tell({"writing the report", judge_->faces().size(), judge_->faces().size()});
    } else {
      const Checkpoint best = load_checkpoint(folder_->model());
      best_evaluation_ = judge_->model(best.graph, best.params, "writing the report");
    }
    report.evaluation = &*best_evaluation_;
    report.val = &judge_->faces();
  }
  write_file_atomically(folder_->report(), make_run_report(std::move(report)));
}

}  // namespace fpcpu
