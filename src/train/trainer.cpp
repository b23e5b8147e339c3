#include "fpcpu/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/cpu.hpp"
#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "io/checkpoint.hpp"
#include "io/metrics_csv.hpp"
#include "train/augmentation.hpp"
#include "train/augmented_faces.hpp"
#include "train/automatic.hpp"
#include "train/budget.hpp"
#include "train/clock.hpp"
#include "train/config.hpp"
#include "train/epoch_line.hpp"
#include "train/fit_finding.hpp"
#include "train/image_errors.hpp"
#include "train/judge.hpp"
#include "train/learner.hpp"
#include "train/normaliser.hpp"
#include "train/position.hpp"
#include "train/run_facts.hpp"
#include "train/run_folder.hpp"
#include "train/run_report.hpp"
#include "train/run_start.hpp"
#include "train/setup.hpp"
#include "train/tensorboard_log.hpp"

namespace fpcpu {

namespace {

constexpr int kAugmentedFaces = 16;

/// Parts of a time budget: what the epochs are to fill, so that a little bad luck does no harm; the end that a run must
/// not pass; and what measuring the speed may take.
constexpr double kBudgetAim = 0.97;
constexpr double kBudgetEnd = 1.05;
constexpr double kBudgetMeasuring = 0.05;
constexpr double kLongestMeasuring = 12;  // seconds

class TrainingRun {
 public:
  TrainingRun(TrainOptions options, const RunOptions& run, const TrainCallbacks& callbacks, DatasetPtr given)
      : options_(options_of(std::move(options), run)),
        run_(run),
        callbacks_(callbacks),
        faces_given_(given != nullptr),
        resumed_(load_run(run)),
        kernels_(choose_kernels(run, resumed_, parse_precision(options_.precision))),
        pool_(run.threads) {
    if (resumed_) folder_ = RunFolder::open(run.resume);
    check_options(options_);
    if (run.fast) {
      if (options_.automatic || !options_.time.empty()) {
        throw Error(ErrorCode::usage, "--fast is one short epoch; leave --time and --auto out.");
      }
      options_.epochs = 1;
    }
    if (!options_.time.empty()) position_.budget = parse_duration(options_.time);
    data_ = open_training_data(options_, std::move(given), run.fast, run.judged || resumed_.has_value());
  }

  TrainResult run() {
    if (options_.automatic) {
      choose_options(options_, data_, position_.budget, kernels_, pool_, [&](const std::string& text) { say(text); });
    }
    if (options_.lr == 0) options_.lr = usual_lr(options_.optimizer);
    const Graph graph = resumed_ ? resumed_->graph : build_network(options_, data_.train->points());
    check_describable(graph);
    const Shape input = graph.input_shape();
    if (!is_model_file(options_.model)) {
      options_.input_size = {input.w, input.h};
      options_.channels = input.c;
    }
    resolve_augmentation(options_, input.c);
    loss_ = choose_loss(options_.loss, graph.output_shape());
    options_.loss = loss_->kind();
    options_.nme = Normaliser(options_.nme, data_.train->points()).name();
    fpcpu::tell(data_.report, [&](const std::string& text) { say(text, callbacks_.notice); });
    say(describe_data(data_));
    const auto notice_to_user = [this](const std::string& text) { say(text, callbacks_.notice); };
    tell_warnings(data_.findings, notice_to_user);
    say(describe_machine(options_.model, graph, kernels_, pool_.threads()));
    const std::string notice = kernels::precision_notice(kernels_, parse_precision(options_.precision));
    if (!notice.empty()) say(notice, callbacks_.notice);
    Preprocessing preprocessing;
    if (resumed_) {
      preprocessing = resumed_->preprocessing;
    } else {
      say("measuring colours and mean shape ...");
      preprocessing =
          measure_preprocessing(options_, data_, graph, notice_to_user, [this](std::size_t done, std::size_t total) {
            tell({"measuring colours", done, total});
          });
    }

    const auto cache = static_cast<std::size_t>(options_.cache_mb);
    loading_ = training_loader(options_, input.c, Judge::cache_left(data_, cache), pool_.threads());
    tell({"planning the network"});
    Loader loader(data_.train, preprocessing, loading_);
    judge_.emplace(data_, preprocessing, options_.batch, cache, kernels_, *loss_, pool_, options_.nme,
                   callbacks_.phase);
    if (!options_.time.empty()) fix_epochs(graph, preprocessing, loader);
    Learner learner(graph, resumed_ ? std::move(resumed_->params) : initial_params(graph, preprocessing, options_),
                    options_, loader.batches_per_epoch(), kernels_, pool_);
    open_folder(learner);
    position_.setup_seconds += since_start_.seconds();
    clock_ = Clock(position_.seconds);
    session_ = Clock();
    const double stalled_before = loader.stall_seconds();  // while the speed was measured
    const double judged_before = judge_->seconds();

    TrainResult result;
    while (!finished() && !result.interrupted && !out_of_time_) {
      if (train_epoch(loader, learner)) {
        finish_epoch(graph, preprocessing, loader, learner);
        result.interrupted = callbacks_.stop && callbacks_.stop() && !finished();
      } else {
        result.interrupted = !out_of_time_;
      }
    }
    if (out_of_time_) {
      position_.budget = 0;
      say("the time is used up after " + std::to_string(position_.epoch) + " of " + std::to_string(options_.epochs) +
              " epochs: this machine became slower than it was at the start. To run the rest without a limit: fpcpu "
              "train --resume " +
              folder_->path().string(),
          callbacks_.notice);
    } else if (position_.epoch < options_.epochs && !result.interrupted) {
      say("stopped: no better validation error for " + std::to_string(options_.patience) + " epochs");
    }
    times_.load = loader.stall_seconds() - stalled_before;
    times_.evaluate = judge_->seconds() - judged_before;
    const LearnerTimes learning = learner.take_times();
    times_.forward = learning.forward;
    times_.backward = learning.backward;
    times_.update = learning.update;
    times_.measure = learning.measure;
    times_.all = session_.seconds();
    if (const FitFinding finding = describe_fit(options_, best_.fit_mse100, best_.val_mse100); finding.by_heart) {
      say(finding.text);
    }
    if (times_.load > std::max(2.0, 0.05 * times_.all)) {
      say("waited " + duration(times_.load) + " for images; a larger --cache-mb may help");
    }
    if (folder_) {
      if (result.interrupted || out_of_time_) save_last(graph, preprocessing, learner);
      if (!std::filesystem::exists(folder_->model())) {
        learner.measure_statistics(loader, position_.epoch);
        save_model(graph, preprocessing, learner, last_);
      }
      write_report(preprocessing, result.interrupted);
      result.run = folder_->path().string();
      result.model = folder_->model().string();
    }
    result.out_of_time = out_of_time_;
    result.epochs = position_.epoch;
    result.best_epoch = position_.best_epoch;
    result.train_mse100 = last_.train_mse100;
    result.val_mse100 = best_.val_mse100;
    result.val_nme = best_.val_nme;
    result.nme_by = options_.nme;
    return result;
  }

 private:
  void say(const std::string& text) { say(text, callbacks_.message); }

  void say(const std::string& text, const std::function<void(const std::string&)>& callback) {
    if (folder_) {
      folder_->log(text);
    } else {
      before_folder_.push_back(text);
    }
    if (callback) callback(text);
  }

  void tell(const PhaseProgress& phase) {
    if (callbacks_.phase) callbacks_.phase(phase);
  }

  [[nodiscard]] bool finished() const {
    const bool patience_over = options_.patience > 0 && position_.epoch - position_.best_epoch >= options_.patience;
    return position_.epoch >= options_.epochs || patience_over;
  }

  [[nodiscard]] double elapsed() const { return position_.setup_seconds + clock_.seconds(); }

  /// Stops a run that its time does not suffice for, although the number of epochs was chosen to fit.
  /// @param needed  seconds to the next chance to stop
  void watch_time(double needed) {
    out_of_time_ = position_.budget > 0 && elapsed() + needed + judge_seconds_ > kBudgetEnd * position_.budget;
  }

  /// --time: the number of epochs that fits, by the speed of this machine as it is now.
  void fix_epochs(const Graph& graph, const Preprocessing& preprocessing, Loader& loader) {
    const double budget = position_.budget;
    say("measuring the speed for --time " + options_.time + " ...");
    tell({"measuring the speed"});
    options_.epochs = 1;
    RunSpeed speed;
    {
      Learner learner(graph, initial_params(graph, preprocessing, options_), options_, loader.batches_per_epoch(),
                      kernels_, pool_);
      speed = measure_speed(
          loader, learner, [&] { (void)judge(graph, loader, learner, 0); },
          std::min(kBudgetMeasuring * budget, kLongestMeasuring));
    }
    judge_seconds_ = speed.judge;
    options_.epochs = epochs_within(kBudgetAim * budget - since_start_.seconds(), speed, loader.batches_per_epoch());
    note_ = "--time " + options_.time + ": " + std::to_string(options_.epochs) + " epochs, " +
            describe(speed, loader.batches_per_epoch());
    options_.time.clear();
    say(note_);
  }

  Judgement judge(const Graph& graph, Loader& loader, Learner& learner, int next_epoch) {
    const Clock clock;
    learner.measure_statistics(loader, next_epoch);
    Judgement result = judge_->epoch(graph, learner.result());
    judge_seconds_ = clock.seconds();
    return result;
  }

  /// Everything that can be wrong has been seen by now: makes the folder of a new run, or takes up the old one.
  void open_folder(Learner& learner) {
    if (run_.fast) return;
    if (resumed_) {
      if (resumed_->facts["train_images"] != std::to_string(data_.train->size())) {
        throw Error(ErrorCode::usage, "the training data has " + std::to_string(data_.train->size()) +
                                          " faces, the run to resume had " + resumed_->facts["train_images"] +
                                          "; results would not be those of one run.");
      }
      learner.load(resumed_->extra, resumed_->state);
      position_.load(resumed_->state);
      say("resuming " + folder_->path().string() + " after epoch " + std::to_string(position_.epoch) +
          (position_.batch > 0 ? ", batch " + std::to_string(position_.batch) : ""));
      resumed_.reset();
    } else {
      folder_ = RunFolder::create(run_.out);
      for (const std::string& text : before_folder_) folder_->log(text);
      keep_model_file(options_, folder_->path());
      keep_skipped(data_.report, folder_->path());
      write_config();
    }
    metrics_.emplace(folder_->metrics(), position_.epoch);
    if (options_.tensorboard) tensorboard_.emplace(folder_->path());
    recall();
  }

  void write_config() const {
    std::vector<std::string> comment = {
        faces_given_
            ? "The options of this run. Its faces were handed over, as to a fold of fpcpu kfold; `data` says where "
              "they come from."
            : "Repeat this run bit for bit: fpcpu train --config FILE"};
    if (!note_.empty()) comment.push_back(note_);
    write_file_atomically(folder_->config(), config_text(options_, comment));
  }

  /// The figures of the last and of the best epoch of a resumed run.
  void recall() {
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

  /// False when the caller asked to stop or the time is used up.
  bool train_epoch(Loader& loader, Learner& learner) {
    const Clock epoch_clock(position_.epoch_seconds);
    const int batches = loader.batches_per_epoch();
    const bool calm = is_calm_epoch(loader.augment(), position_.epoch, options_.epochs);
    loader.start(position_.epoch, position_.batch, calm ? Strength::calm : Strength::usual);
    while (const Batch* batch = loader.next()) {
      const StepResult step = learner.step(*batch);
      lr_ = step.lr;
      batch_size_ = batch->n;
      ++position_.batch;
      if (step.undone.empty()) {
        position_.loss_sum += step.loss;
        position_.mse_sum += step.mse100;
      } else {
        ++position_.undone;
        say(step.undone, callbacks_.notice);
      }
      position_.epoch_seconds = epoch_clock.seconds();
      position_.seconds = clock_.seconds();
      if (callbacks_.step) {
        StepProgress p;
        p.epoch = position_.epoch + 1;
        p.epochs = options_.epochs;
        p.batch = position_.batch;
        p.batches = batches;
        p.loss = position_.mean_loss();
        p.mse100 = position_.mean_mse100();
        p.images_per_s = static_cast<double>(position_.batch) * batch_size_ / position_.epoch_seconds;
        const double done = position_.epoch + static_cast<double>(position_.batch) / batches;
        p.seconds_left = position_.seconds / done * (options_.epochs - done);
        callbacks_.step(p);
      }
      const bool more = position_.batch < batches;
      if (callbacks_.stop && callbacks_.stop() && more) return false;
      watch_time(0);
      if (out_of_time_ && more) return false;
    }
    return true;
  }

  void finish_epoch(const Graph& graph, const Preprocessing& preprocessing, Loader& loader, Learner& learner) {
    EpochResult r;
    r.epoch = ++position_.epoch;
    r.epochs = options_.epochs;
    r.lr = lr_;
    r.train_loss = position_.mean_loss();
    r.train_mse100 = position_.mean_mse100();
    r.images_per_s = static_cast<double>(position_.batch) * batch_size_ / position_.epoch_seconds;
    const bool has_faces = judge_->has_faces();
    const Judgement judged = judge(graph, loader, learner, position_.epoch);
    r.fit_mse100 = judged.fit_mse100;
    if (has_faces) {
      r.val_loss = judged.val.loss;
      r.val_mse100 = judged.val.metrics.mse100;
      r.val_nme = judged.val.metrics.nme;
      r.nme_by = judged.val.metrics.nme_by;
      if (std::isnan(r.val_mse100)) {
        throw Error(ErrorCode::numeric,
                    "epoch " + std::to_string(r.epoch) +
                        ": the validation error is not finite. The last saved model is intact. Try a "
                        "lower --lr or --clip 1.");
      }
    }
    // Without validation the newest weights are the ones to keep.
    const double error = has_faces ? r.val_mse100 : -static_cast<double>(r.epoch);
    r.best = error < position_.best_error;
    learner.observe(has_faces ? r.val_mse100 : r.train_mse100);
    if (r.best) {
      position_.best_error = error;
      position_.best_epoch = r.epoch;
      best_ = r;
    }
    const double epoch_seconds = position_.epoch_seconds;
    position_.batch = position_.undone = 0;
    position_.loss_sum = position_.mse_sum = position_.epoch_seconds = 0;
    r.seconds = position_.seconds = clock_.seconds();
    last_ = r;
    if (folder_) {
      const Clock saving;
      tell({"saving"});
      if (r.best) save_model(graph, preprocessing, learner, r);
      if (r.best && has_faces) write_image_errors(folder_->val_errors(), judge_->faces(), judged.val.metrics);
      // Rows newer than last.safetensors are dropped on resume; a missing one could not be made up for.
      metrics_->append({r.epoch, learner.steps(), r.lr, r.train_loss, r.train_mse100, r.val_loss, r.val_mse100,
                        r.val_nme, r.images_per_s, r.seconds, r.fit_mse100});
      if (tensorboard_) {
        tensorboard_->epoch(metrics_->rows().back());
        if (has_faces) tensorboard_->faces(learner.steps(), judge_->faces(), judged.val.predictions);
      }
      save_last(graph, preprocessing, learner);
      times_.save += saving.seconds();
      if (!epoch_logged_) folder_->log(epoch_header(r, kLogColumns));
      epoch_logged_ = true;
      folder_->log(epoch_line(r, kLogColumns));
    }
    if (callbacks_.epoch) callbacks_.epoch(r);
    if (finished()) {
      out_of_time_ = false;
    } else {
      watch_time(epoch_seconds);
    }
  }

  void save_model(const Graph& graph, const Preprocessing& preprocessing, const Learner& learner,
                  const EpochResult& r) {
    save_checkpoint(folder_->model(),
                    {graph, learner.result(), preprocessing, run_facts(options_, data_, kernels_, r), {}, {}});
  }

  void save_last(const Graph& graph, const Preprocessing& preprocessing, const Learner& learner) {
    Checkpoint c{graph, learner.params().clone(), preprocessing, run_facts(options_, data_, kernels_, last_), {}, {}};
    learner.save(c.extra, c.state);
    position_.save(c.state);
    save_checkpoint(folder_->last(), c);
  }

  void write_report(const Preprocessing& preprocessing, bool interrupted) {
    RunReport report;
    report.title = folder_->path().filename().string();
    report.options = &options_;
    report.rows = metrics_->rows();
    report.best_epoch = position_.best_epoch;
    report.isa = to_string(kernels_.isa);
    report.precision = to_string(kernels_.precision);
    report.threads = pool_.threads();
    report.preprocessing = &preprocessing;
    report.train_images = data_.train->size();
    report.fit_mse100 = best_.fit_mse100;
    report.times = times_;
    report.interrupted = interrupted;
    report.augmented = augmented_faces(data_.train, preprocessing, loading_, kAugmentedFaces);
    Evaluation evaluation;
    if (judge_->has_faces()) {
      const Checkpoint best = load_checkpoint(folder_->model());
      evaluation = judge_->model(best.graph, best.params);
      report.evaluation = &evaluation;
      report.val = &judge_->faces();
    }
    write_file_atomically(folder_->report(), make_run_report(std::move(report)));
  }

  Clock since_start_;  // of this process, the first thing a budget pays for
  TrainOptions options_;
  RunOptions run_;
  const TrainCallbacks& callbacks_;
  bool faces_given_;                   // by the caller: `data` does not repeat the run
  std::optional<Checkpoint> resumed_;  // until it is taken up
  const kernels::KernelTable<float>& kernels_;
  ThreadPool pool_;
  TrainingData data_;
  std::vector<std::string> before_folder_;  // what was said before there was a log.txt
  double lr_ = 0;                           // of the last step
  int batch_size_ = 0;
  std::optional<RunFolder> folder_;
  std::optional<MetricsCsv> metrics_;
  bool epoch_logged_ = false;  // its columns have a header
  LossPtr loss_;
  std::optional<TensorboardLog> tensorboard_;
  std::optional<Judge> judge_;
  LoaderOptions loading_;
  RunTimes times_;
  Clock session_;  // since the run was started or resumed
  Clock clock_;
  Position position_;
  double judge_seconds_ = 0;  // of one judgement
  bool out_of_time_ = false;
  std::string note_;  // on the number of epochs, for config.toml
  EpochResult last_;
  EpochResult best_;
};

}  // namespace

TrainResult train(const TrainOptions& options, const RunOptions& run, const TrainCallbacks& callbacks) {
  check_run(run);
  return TrainingRun(options, run, callbacks, nullptr).run();
}

TrainResult train(std::shared_ptr<const Dataset> data, const TrainOptions& options, const RunOptions& run,
                  const TrainCallbacks& callbacks) {
  check_run(run);
  return TrainingRun(options, run, callbacks, std::move(data)).run();
}

std::string train_detector(const std::string& gt, const std::string& image_dir, bool fast) {
  TrainOptions options;
  options.data = {gt};
  options.images = image_dir;
  RunOptions run;
  run.fast = fast;
  return train(options, run).model;
}

}  // namespace fpcpu
