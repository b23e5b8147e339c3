// SPDX-License-Identifier: MIT
#include "train/run_writer.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/file.hpp"
#include "graph/passes/passes.hpp"
#include "options/config.hpp"
#include "report/augmented_faces.hpp"
#include "train/epoch_line.hpp"
#include "train/expected_errors.hpp"
#include "train/image_errors.hpp"
#include "train/run_facts.hpp"

namespace fpcpu {

namespace {

constexpr int kAugmentedFaces = 16;

RunFolder& folder_for(std::optional<RunFolder>& folder, const RunOptions& run) {
  return folder ? *folder : folder.emplace(RunFolder::create(run.out));
}

/// Of an objective of several terms, each of which has a column in metrics.csv.
std::vector<std::string> term_names(const TrainingTask& task) {
  std::vector<std::string> names;
  for (const Term& term : task.objective.terms()) names.push_back(term.name);
  return names.size() > 1 ? names : std::vector<std::string>{};
}

}  // namespace

RunWriter::RunWriter(Session& session, std::optional<RunFolder>& folder, Dialogue& dialogue)
    : session_(session),
      setup_(session.setup()),
      dialogue_(dialogue),
      folder_(folder_for(folder, setup_.run)),
      options_(setup_.options),
      timer_(options_.checkpoint_every),
      saved_revision_(session.revision()) {
  if (setup_.planned_epochs) {
    take_up_folder();
  } else {
    begin_folder();
  }
  metrics_.emplace(folder_.metrics(), session_.position().epoch, term_names(*setup_.task));
  if (options_.tensorboard) tensorboard_.emplace(folder_.path());
  session_.recall(metrics_->rows());
}

void RunWriter::begin_folder() {
  dialogue_.open_log(folder_);
  if (!folder_.finding().empty()) dialogue_.notice(folder_.finding());
  check_room(folder_, make_checkpoint());
  keep_model_file(options_, folder_.path());
  keep_skipped(setup_.data.report, folder_.path());
  write_config();
  write_marks(folder_.data(), setup_.marks);
}

void RunWriter::take_up_folder() {
  if (setup_.data_changed) write_marks(folder_.data(), setup_.marks);
  if (setup_.run.changes.empty() && !setup_.data_changed) return;
  write_config();
  saved_revision_ = -1;
}

void RunWriter::write_config() const {
  std::vector<std::string> comment = {
      setup_.faces_given
          ? "The options of this run. Its faces were handed over, as to a fold of fpcpu kfold; `data` says where "
            "they come from."
      : session_.replanned().empty()
          ? "Repeat this run bit for bit: fpcpu train --config FILE"
          : "The options of this run as it went on. A run from the start with them is another one: " +
                session_.replanned()};
  if (!session_.note().empty()) comment.push_back(session_.note());
  write_file_atomically(folder_.config(), config_text(options_, comment));
}

void RunWriter::save_if_due() {
  if (timer_.is_due_inside_epoch()) save();
}

void RunWriter::save_rest() {
  if (session_.revision() != saved_revision_) save();
}

void RunWriter::save() {
  save_last(folder_, make_checkpoint());
  timer_.saved();
  saved_revision_ = session_.revision();
}

void RunWriter::keep_epoch(FinishedEpoch& epoch) {
  const Clock saving;
  const EpochResult& r = epoch.result;
  Judge& judge = session_.judge();
  const bool has_faces = judge.has_faces();
  dialogue_.phase({"saving"});
  // Before the checkpoint that names it as the best.
  if (r.best) {
    if (has_faces) epoch.model.errors = learn_errors(epoch.model, judge.faces(), epoch.judged.val, options_.nme);
    save_model(std::move(epoch.model), r);
  }
  if (r.best && has_faces) write_image_errors(folder_.val_errors(), judge.faces(), epoch.judged.val.metrics);
  // Rows newer than last.safetensors are dropped on resume; a missing one could not be made up for.
  const std::int64_t steps = session_.learner().steps();
  metrics_->append({r.epoch, steps, r.lr, r.train_loss, r.train_mse100, r.val_loss, r.val_mse100, r.val_nme,
                    r.images_per_s, r.seconds, r.fit_mse100, epoch.terms});
  if (tensorboard_) {
    tensorboard_->epoch(metrics_->rows().back());
    if (has_faces) tensorboard_->faces(steps, judge.faces(), epoch.judged.val.predictions);
  }
  if (timer_.is_due_after_epoch()) save();
  seconds_ += saving.seconds();
  if (!epoch_logged_) dialogue_.log(epoch_header(r, kLogColumns));
  epoch_logged_ = true;
  dialogue_.log(epoch_line(r, kLogColumns));
  if (r.best && has_faces) best_evaluation_ = std::move(epoch.judged.val);
}

void RunWriter::save_model(Model model, const EpochResult& result) const {
  Graph graph = drop_training_only(model.graph);
  model.params = part_of(model.params, graph);
  model.graph = std::move(graph);
  model.facts = run_facts(options_, setup_.data, setup_.kernels, result);
  save_checkpoint(folder_.model(), {std::move(model)});
}

Checkpoint RunWriter::make_checkpoint() const {
  Checkpoint c{setup_.with_params(session_.learner().params().clone())};
  c.facts = run_facts(options_, setup_.data, setup_.kernels, session_.last());
  session_.save(c);
  return c;
}

void RunWriter::ensure_model() {
  if (!std::filesystem::exists(folder_.model())) save_model(session_.unjudged_model(), session_.last());
}

void RunWriter::write_report(const RunTimes& times, bool interrupted, const Verdict& verdict) {
  Judge& judge = session_.judge();
  RunReport report;
  report.title = path_text(folder_.path().filename());
  report.options = &options_;
  report.graph = &setup_.network.graph;
  report.rows = metrics_->rows();
  report.terms = term_names(*setup_.task);
  report.best_epoch = session_.position().best_epoch;
  report.isa = to_string(setup_.kernels.isa);
  report.precision = to_string(setup_.kernels.precision);
  report.threads = setup_.pool->threads();
  report.preprocessing = &setup_.preprocessing;
  report.train_images = setup_.data.train->size();
  report.fit_mse100 = session_.best().fit_mse100;
  report.times = times;
  report.interrupted = interrupted;
  report.out_of_time = session_.out_of_time();
  report.verdict = verdict.text;
  report.augmented = augmented_faces(setup_.data.train, setup_.preprocessing, setup_.loading, kAugmentedFaces);
  // Judging the faces anew takes longer than whoever interrupts will wait.
  if (judge.has_faces() && (best_evaluation_ || !interrupted)) {
    if (best_evaluation_) {
      dialogue_.phase_and_hear({"writing the report", judge.faces().size(), judge.faces().size()});
    } else {
      const Checkpoint best = load_checkpoint(folder_.model());
      best_evaluation_ = judge.on_new_faces(best, "writing the report");
    }
    report.evaluation = &*best_evaluation_;
    report.val = &judge.faces();
  }
  write_file_atomically(folder_.report(), make_run_report(std::move(report)));
}

}  // namespace fpcpu
