// SPDX-License-Identifier: MIT
// Everything before the first step.
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <utility>

#include "core/duration.hpp"
#include "core/file.hpp"
#include "data/normaliser.hpp"
#include "fpcpu/error.hpp"
#include "options/augmentation.hpp"
#include "options/config.hpp"
#include "train/automatic.hpp"
#include "train/budget.hpp"
#include "train/run_facts.hpp"
#include "train/training_run.hpp"

namespace fpcpu {

namespace {

/// Parts of a time budget: what the epochs are to fill, so that a little bad luck does no harm, and what measuring the
/// speed may take.
constexpr double kBudgetAim = 0.97;
constexpr double kBudgetMeasuring = 0.05;
constexpr double kLongestMeasuring = 12;  // seconds

}  // namespace

TrainingData TrainingRun::open_data(DatasetPtr given) const {
  // The faces of a resumed run were judged when it began.
  if (!start_.checkpoint) return open_training_data(options_, std::move(given), run_.fast, run_.judged);
  try {
    return open_training_data(with_places(options_, start_.places), std::move(given), run_.fast,
                              run_.judged || !run_.changed_data);
  } catch (const Error& e) {
    if (e.code() != ErrorCode::io) throw;
    throw Error(e.code(), std::string(e.what()) + " If the faces were moved, say where they are: --resume " +
                              run_.resume + " --data DIR.");
  }
}

void TrainingRun::prepare() {
  hear();
  const bool resumes = start_.checkpoint.has_value();
  if (resumes) position_.load(start_.checkpoint->state);
  if (!options_.time.empty()) position_.budget = parse_duration(options_.time);
  if (options_.automatic) {
    choose_options(
        options_, data_, position_.budget, kernels_, pool_, [this](const std::string& text) { say(text); },
        [this] { hear(); });
  }
  if (options_.lr == 0) options_.lr = usual_lr(options_.optimizer);
  graph_.emplace(resumes ? start_.checkpoint->graph : build_network(options_, data_.train->points()));
  check_describable(*graph_);
  const Shape input = graph_->input_shape();
  if (!is_model_file(options_.model)) {
    options_.input_size = {input.w, input.h};
    options_.channels = input.c;
  }
  resolve_augmentation(options_, input.c);
  options_.head = to_text(*graph_->head());
  if (options_.loss == "auto") options_.loss = graph_->head()->usual_loss();
  loss_ = make_loss(options_.loss, *graph_->head());
  options_.nme = Normaliser(options_.nme, data_.train->points()).name();
  const auto notice = [this](const std::string& text) { say(text, callbacks_.notice); };
  fpcpu::tell(data_.report, notice);
  say(describe_data(data_));
  tell_warnings(data_.findings, notice);
  say(describe_machine(options_.model, *graph_, kernels_, pool_.threads()));
  const std::string other_precision = kernels::precision_notice(kernels_, parse_precision(options_.precision));
  if (!other_precision.empty()) notice(other_precision);
  measure_faces();
  const auto cache = static_cast<std::size_t>(options_.cache_mb);
  loading_ = training_loader(options_, input.c, Judge::cache_left(data_, cache), pool_.threads());
  tell({"planning the network"});
  loader_.emplace(data_.train, preprocessing_, loading_);
  judge_.emplace(data_, preprocessing_, options_.batch, cache, kernels_, *loss_, pool_, options_.nme,
                 [this](const PhaseProgress& phase) { tell(phase); });
  if (!options_.time.empty()) fix_epochs();
  learner_.emplace(*graph_, resumes ? std::move(start_.checkpoint->params) : first_params(), options_,
                   loader_->batches_per_epoch(), kernels_, pool_);
  hear();
  if (!run_.fast) open_folder();
  position_.setup_seconds += since_start_.seconds();
  clock_ = Clock(position_.seconds);
  session_ = Clock();
  stalled_before_ = loader_->stall_seconds();  // while the speed was measured
  judged_before_ = judge_->seconds();
}

void TrainingRun::measure_faces() {
  if (start_.checkpoint) {
    preprocessing_ = start_.checkpoint->preprocessing;
  } else {
    say("measuring colours and mean shape ...");
    preprocessing_ = measure_preprocessing(
        options_, data_, *graph_, [this](const std::string& text) { say(text, callbacks_.notice); },
        [this](const PhaseProgress& phase) { tell(phase); });
  }
  if (run_.fast) return;
  marks_ = mark_data(data_, pool_, [this](std::size_t done, std::size_t all) {
    tell({"reading the data", done, all});
  });
  if (start_.checkpoint) compare_data();
}

void TrainingRun::compare_data() {
  std::string changes;
  if (std::filesystem::exists(folder_->data())) {
    changes = describe_changes(read_marks(folder_->data()), marks_, data_);
  } else if (const std::string& had = start_.checkpoint->facts["train_images"];
             had != std::to_string(data_.train->size())) {
    changes = std::to_string(data_.train->size()) + " training faces, the run had " + had;
  }
  if (changes.empty()) return;
  if (!run_.changed_data) {
    throw Error(ErrorCode::format, "the data of " + path_text(folder_->path()) +
                                       " is not what it was when the run began: " + changes +
                                       ". Restore it, or go on with it as it is by --changed-data.");
  }
  data_changed_ = true;
  say("going on with changed data: " + changes, callbacks_.notice);
}

void TrainingRun::fix_epochs() {
  const double budget = position_.budget;
  const double used = position_.setup_seconds + position_.seconds;
  if (used >= budget) {
    throw Error(ErrorCode::usage, "--time " + options_.time + " is for the whole run, which has used " +
                                      duration(used) + " already. Give a longer one.");
  }
  say("measuring the speed for --time " + options_.time + " ...");
  tell({"measuring the speed"});
  options_.epochs = 1;
  RunSpeed speed;
  {
    Learner learner(*graph_, first_params(), options_, loader_->batches_per_epoch(), kernels_, pool_);
    speed = measure_speed(
        *loader_, learner, [&] { (void)judge(learner, 0); }, std::min(kBudgetMeasuring * budget, kLongestMeasuring),
        [this] { hear(); });
  }
  judge_seconds_ = speed.judge;
  options_.epochs = position_.epoch + epochs_within(kBudgetAim * budget - used - since_start_.seconds(), speed,
                                                    loader_->batches_per_epoch());
  note_ = "--time " + options_.time + ": " + std::to_string(options_.epochs) + " epochs, " +
          describe(speed, loader_->batches_per_epoch());
  options_.time.clear();
  say(note_);
}

void TrainingRun::open_folder() {
  if (start_.checkpoint) {
    go_on();
  } else {
    folder_.emplace(RunFolder::create(run_.out));
    for (const std::string& text : before_folder_) folder_->log(text);
    if (!folder_->finding().empty()) say(folder_->finding(), callbacks_.notice);
    check_room(*folder_, make_checkpoint());
    keep_model_file(options_, folder_->path());
    keep_skipped(data_.report, folder_->path());
    write_config();
    write_marks(folder_->data(), marks_);
  }
  metrics_.emplace(folder_->metrics(), position_.epoch);
  if (options_.tensorboard) tensorboard_.emplace(folder_->path());
  recall();
}

void TrainingRun::go_on() {
  learner_->load(start_.checkpoint->extra, start_.checkpoint->state);
  say("resuming " + path_text(folder_->path()) + " after epoch " + std::to_string(position_.epoch) +
      (position_.batch > 0 ? ", batch " + std::to_string(position_.batch) : ""));
  if (note_.empty()) note_ = start_.checkpoint->state["note"];
  replanned_ = start_.checkpoint->state["replanned"];
  const bool prolonged = options_.epochs != start_.planned_epochs;
  if (prolonged) plan_anew();
  if (data_changed_) {
    replanned_ += (replanned_.empty() ? "" : "; ") + std::string("its data changed after epoch ") +
                  std::to_string(position_.epoch);
    position_.batch = std::min(position_.batch, loader_->batches_per_epoch());
    write_marks(folder_->data(), marks_);
  }
  // The model of an epoch that was lost with its checkpoint is made again, except by a run that goes another way.
  if ((prolonged || data_changed_) && position_.best_epoch > 0 && std::filesystem::exists(folder_->model()) &&
      load_checkpoint(folder_->model()).facts["epoch"] != std::to_string(position_.best_epoch)) {
    position_.best_error = std::numeric_limits<double>::infinity();
  }
  if (!run_.changes.empty() || data_changed_) {
    write_config();
    unsaved_ = true;
  }
  start_.checkpoint.reset();
}

void TrainingRun::plan_anew() {
  if (options_.epochs < position_.epoch) {
    throw Error(ErrorCode::usage, "--epochs " + std::to_string(options_.epochs) + ": the run has " +
                                      std::to_string(position_.epoch) + " behind it.");
  }
  position_.waiting_since = position_.epoch;
  const std::string change = "planned anew after epoch " + std::to_string(position_.epoch) + ": " +
                             std::to_string(options_.epochs) + " epochs instead of " +
                             std::to_string(start_.planned_epochs);
  replanned_ += (replanned_.empty() ? "" : "; ") + change;
  std::array<char, 120> rates{};
  std::snprintf(rates.data(), rates.size(), "; the learning rate goes on at %.2g, where it had come to %.2g",
                learner_->lr(), position_.lr);
  say(change + (position_.lr > 0 ? rates.data() : ""));
}

void TrainingRun::write_config() const {
  std::vector<std::string> comment = {
      faces_given_
          ? "The options of this run. Its faces were handed over, as to a fold of fpcpu kfold; `data` says where "
            "they come from."
      : replanned_.empty()
          ? "Repeat this run bit for bit: fpcpu train --config FILE"
          : "The options of this run as it went on. A run from the start with them is another one: " + replanned_};
  if (!note_.empty()) comment.push_back(note_);
  write_file_atomically(folder_->config(), config_text(options_, comment));
}

void TrainingRun::recall() {
  for (const EpochRow& row : metrics_->rows()) {
    last_.epoch = row.epoch;
    last_.train_loss = row.train_loss;
    last_.train_mse100 = row.train_mse100;
    last_.val_mse100 = row.val_mse100;
    last_.val_nme = row.val_nme;
    last_.fit_mse100 = row.fit_mse100;
    if (row.epoch == position_.best_epoch) best_ = last_;
  }
}

}  // namespace fpcpu
