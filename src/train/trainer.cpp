#include "fpcpu/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>

#include "core/cpu.hpp"
#include "core/file.hpp"
#include "core/version.hpp"
#include "data/folder_dataset.hpp"
#include "fpcpu/error.hpp"
#include "io/checkpoint.hpp"
#include "io/metrics_csv.hpp"
#include "optim/saved_state.hpp"
#include "train/augmented_faces.hpp"
#include "train/config.hpp"
#include "train/epoch_line.hpp"
#include "train/evaluator.hpp"
#include "train/fit_finding.hpp"
#include "train/image_errors.hpp"
#include "train/learner.hpp"
#include "train/run_folder.hpp"
#include "train/run_report.hpp"
#include "train/setup.hpp"
#include "train/tensorboard_log.hpp"

namespace fpcpu {

namespace {

/// Part of the image cache that the validation faces get.
constexpr std::size_t kValidationShare = 5;
/// Part of it for the training faces that are judged like these.
constexpr std::size_t kFitShare = 10;
constexpr int kAugmentedFaces = 16;

class Clock {
 public:
  explicit Clock(double already = 0) : start_(std::chrono::steady_clock::now()), already_(already) {}
  [[nodiscard]] double seconds() const {
    return already_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_;
  double already_;
};

/// Where a run stands between two steps; all of it goes into last.safetensors.
struct Position {
  int epoch = 0;  // epochs done
  int batch = 0;  // batches done of the next one
  double loss_sum = 0;
  double mse_sum = 0;
  double seconds = 0;        // of the whole run
  double epoch_seconds = 0;  // training time of the unfinished epoch
  double best_error = std::numeric_limits<double>::infinity();
  int best_epoch = 0;

  void save(saved_state::Texts& state) const {
    saved_state::put(state, "epoch", std::int64_t{epoch});
    saved_state::put(state, "batch", std::int64_t{batch});
    saved_state::put(state, "best_epoch", std::int64_t{best_epoch});
    saved_state::put(state, "loss_sum", loss_sum);
    saved_state::put(state, "mse_sum", mse_sum);
    saved_state::put(state, "seconds", seconds);
    saved_state::put(state, "epoch_seconds", epoch_seconds);
    saved_state::put(state, "best_error", best_error);
  }
  void load(const saved_state::Texts& state) {
    epoch = static_cast<int>(saved_state::get_integer(state, "epoch"));
    batch = static_cast<int>(saved_state::get_integer(state, "batch"));
    best_epoch = static_cast<int>(saved_state::get_integer(state, "best_epoch"));
    loss_sum = saved_state::get_number(state, "loss_sum");
    mse_sum = saved_state::get_number(state, "mse_sum");
    seconds = saved_state::get_number(state, "seconds");
    epoch_seconds = saved_state::get_number(state, "epoch_seconds");
    best_error = saved_state::get_number(state, "best_error");
  }
};

double usual_lr(const std::string& optimizer) {
  if (optimizer == "sgd" || optimizer == "nesterov") return 1e-4;
  return optimizer == "rmsprop" ? 5e-4 : 2e-3;
}

/// Combinations that would be ignored otherwise. @throws Error{usage}
void check_run(const RunOptions& run) {
  if (run.fast && (!run.resume.empty() || !run.out.empty())) {
    throw Error(ErrorCode::usage, "--fast writes nothing; leave --out and --resume out.");
  }
  if (!run.resume.empty() && !run.out.empty()) {
    throw Error(ErrorCode::usage, "--resume goes on in the folder of the run; leave --out out.");
  }
}

/// The bits of a run depend on the instruction set and the precision, so a resumed run keeps its own unless told
/// otherwise.
const kernels::KernelTable<float>& choose_kernels(const RunOptions& run, const std::optional<Checkpoint>& resumed,
                                                  Precision precision) {
  if (!run.isa.empty() || !resumed || std::getenv("FPCPU_ISA") != nullptr)
    return kernels::choose_table(run.isa.c_str(), precision);
  const auto made_with = resumed->facts.find("precision");
  if (made_with != resumed->facts.end()) precision = parse_precision(made_with->second);
  const auto other = [](const std::string& what) {
    return Error(ErrorCode::usage,
                 "the run was made with " + what + ". Give --isa NAME to go on with the bits of this machine.");
  };
  const kernels::KernelTable<float>* table = nullptr;
  try {
    table = &kernels::choose_table(resumed->facts.at("isa").c_str(), precision);
  } catch (const Error& e) {
    throw other(std::string("another instruction set (") + e.what() + ")");
  }
  if (table->precision != precision) {
    throw other("precision " + std::string(to_string(precision)) + ", which this machine does not have");
  }
  return *table;
}

std::optional<Checkpoint> load_run(const RunOptions& run) {
  if (run.resume.empty()) return std::nullopt;
  return load_checkpoint(RunFolder::open(run.resume).last());
}

/// A resumed run keeps its own.
TrainOptions options_of(TrainOptions given, const RunOptions& run) {
  if (run.resume.empty()) return given;
  TrainOptions options;
  read_config(RunFolder::open(run.resume).config(), options);
  return options;
}

class TrainingRun {
 public:
  TrainingRun(TrainOptions options, const RunOptions& run, const TrainCallbacks& callbacks, DatasetPtr given)
      : options_(options_of(std::move(options), run)),
        run_(run),
        callbacks_(callbacks),
        resumed_(load_run(run)),
        kernels_(choose_kernels(run, resumed_, parse_precision(options_.precision))),
        pool_(run.threads) {
    if (resumed_) folder_ = RunFolder::open(run.resume);
    if (run.fast) options_.epochs = 1;
    if (options_.lr == 0) options_.lr = usual_lr(options_.optimizer);
    check_options(options_);
    data_ = open_training_data(options_, std::move(given), run.fast);
  }

  TrainResult run() {
    const Graph graph = resumed_ ? resumed_->graph : build_network(options_, data_.train->points());
    if (!is_model_file(options_.model)) options_.input_size = graph.input_shape().h;
    loss_ = choose_loss(options_.loss, graph.output_shape());
    options_.loss = loss_->kind();
    say(describe_data());
    say(describe_machine(graph));
    const std::string notice = kernels::precision_notice(kernels_, parse_precision(options_.precision));
    if (!notice.empty()) say(notice, callbacks_.notice);
    Preprocessing preprocessing;
    if (resumed_) {
      preprocessing = resumed_->preprocessing;
    } else {
      say("measuring colours and mean shape ...");
      preprocessing = measure_preprocessing(options_, *data_.train, graph, [this](std::size_t done, std::size_t total) {
        tell({"measuring colours", done, total});
      });
    }

    const auto cache = static_cast<std::size_t>(options_.cache_mb);
    LoaderOptions& loading = loading_;
    loading.batch = options_.batch;
    loading.augment = augment_preset(options_.augment);
    loading.seed = options_.seed;
    loading.cache_mb = data_.val ? cache - cache / kValidationShare - cache / kFitShare : cache;
    loading.threads = pool_.threads();
    tell({"planning the network"});
    Loader loader(data_.train, preprocessing, loading);

    Learner learner(graph, resumed_ ? std::move(resumed_->params) : initial_params(graph, preprocessing, options_.seed),
                    options_, loader.batches_per_epoch(), kernels_, pool_);
    std::unique_ptr<Evaluator> evaluator;
    if (data_.val) {
      evaluator =
          std::make_unique<Evaluator>(data_.val, preprocessing, options_.batch, cache / kValidationShare, pool_);
      fit_ = std::make_unique<Evaluator>(fit_faces(data_), preprocessing, options_.batch, cache / kFitShare, pool_);
    }
    open_folder(learner);
    clock_ = Clock(position_.seconds);
    session_ = Clock();

    TrainResult result;
    while (!finished() && !result.interrupted) {
      if (train_epoch(loader, learner)) {
        finish_epoch(graph, preprocessing, learner, evaluator.get());
        result.interrupted = callbacks_.stop && callbacks_.stop() && !finished();
      } else {
        result.interrupted = true;
      }
    }
    if (position_.epoch < options_.epochs && !result.interrupted) {
      say("stopped: no better validation error for " + std::to_string(options_.patience) + " epochs");
    }
    times_.load = loader.stall_seconds();
    const LearnerTimes learning = learner.take_times();
    times_.forward = learning.forward;
    times_.backward = learning.backward;
    times_.update = learning.update;
    times_.all = session_.seconds();
    if (const FitFinding finding = describe_fit(options_, best_.fit_mse100, best_.val_mse100); finding.by_heart) {
      say(finding.text);
    }
    if (loader.stall_seconds() > std::max(2.0, 0.05 * clock_.seconds())) {
      say("waited " + duration(loader.stall_seconds()) + " for images; a larger --cache-mb may help");
    }
    if (folder_) {
      if (result.interrupted) save_last(graph, preprocessing, learner);
      if (!std::filesystem::exists(folder_->model())) save_model(graph, preprocessing, learner, last_);
      write_report(preprocessing, evaluator.get(), result.interrupted);
      result.run = folder_->path().string();
      result.model = folder_->model().string();
    }
    result.epochs = position_.epoch;
    result.best_epoch = position_.best_epoch;
    result.train_mse100 = last_.train_mse100;
    result.val_mse100 = best_.val_mse100;
    result.val_nme = best_.val_nme;
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

  Evaluation judge(Evaluator& evaluator, const Graph& graph, const Params<float>& params, const char* what) {
    const Clock clock;
    const std::size_t total = evaluator.data().size();
    tell({what, 0, total});
    Evaluation e = evaluator.run(graph, params, kernels_, loss_.get(), [&](std::size_t done) {
      tell({what, done, total});
    });
    times_.evaluate += clock.seconds();
    return e;
  }

  [[nodiscard]] bool finished() const {
    const bool patience_over = options_.patience > 0 && position_.epoch - position_.best_epoch >= options_.patience;
    return position_.epoch >= options_.epochs || patience_over;
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
      if (is_model_file(options_.model)) {
        // The run must stay repeatable when its owner goes on editing the network.
        const std::filesystem::path copy = folder_->path() / std::filesystem::path(options_.model).filename();
        write_file_atomically(copy, read_file(options_.model));
        options_.model = copy.string();
      }
      write_file_atomically(folder_->config(), config_text(options_));
    }
    metrics_.emplace(folder_->metrics(), position_.epoch);
    if (options_.tensorboard) tensorboard_.emplace(folder_->path());
    recall();
  }

  [[nodiscard]] std::string describe_data() const {
    return std::to_string(data_.train->size()) + " training faces, " +
           std::to_string(data_.val ? data_.val->size() : 0) + " for validation, " +
           std::to_string(data_.train->points()) + " points";
  }

  [[nodiscard]] std::string describe_machine(const Graph& graph) const {
    const ParamLayout layout(graph);
    char text[256];
    std::snprintf(text, sizeof(text),
                  "%s, input %s, %.2f M parameters, %.0f MFLOP per training image; %s, %s %s, %d threads",
                  options_.model.c_str(), to_string(graph.input_shape()).c_str(),
                  static_cast<double>(layout.parameter_count()) / 1e6, graph.training_flops() / 1e6, cpu_name().c_str(),
                  std::string(to_string(kernels_.isa)).c_str(), std::string(to_string(kernels_.precision)).c_str(),
                  pool_.threads());
    return text;
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

  /// False when the caller asked to stop.
  bool train_epoch(Loader& loader, Learner& learner) {
    const Clock epoch_clock(position_.epoch_seconds);
    const int batches = loader.batches_per_epoch();
    loader.start(position_.epoch, position_.batch);
    while (const Batch* batch = loader.next()) {
      const StepResult step = learner.step(*batch);
      lr_ = step.lr;
      batch_size_ = batch->n;
      ++position_.batch;
      position_.loss_sum += step.loss;
      position_.mse_sum += step.mse100;
      position_.epoch_seconds = epoch_clock.seconds();
      position_.seconds = clock_.seconds();
      if (callbacks_.step) {
        StepProgress p;
        p.epoch = position_.epoch + 1;
        p.epochs = options_.epochs;
        p.batch = position_.batch;
        p.batches = batches;
        p.loss = position_.loss_sum / position_.batch;
        p.mse100 = position_.mse_sum / position_.batch;
        p.images_per_s = static_cast<double>(position_.batch) * batch_size_ / position_.epoch_seconds;
        const double done = position_.epoch + static_cast<double>(position_.batch) / batches;
        p.seconds_left = position_.seconds / done * (options_.epochs - done);
        callbacks_.step(p);
      }
      if (callbacks_.stop && callbacks_.stop() && position_.batch < batches) return false;
    }
    return true;
  }

  void finish_epoch(const Graph& graph, const Preprocessing& preprocessing, Learner& learner, Evaluator* evaluator) {
    EpochResult r;
    r.epoch = ++position_.epoch;
    r.epochs = options_.epochs;
    r.lr = lr_;
    r.train_loss = position_.loss_sum / position_.batch;
    r.train_mse100 = position_.mse_sum / position_.batch;
    r.images_per_s = static_cast<double>(position_.batch) * batch_size_ / position_.epoch_seconds;
    Evaluation e;
    if (evaluator != nullptr) {
      const Params<float> weights = learner.result();
      e = judge(*evaluator, graph, weights, "judging validation faces");
      r.fit_mse100 = judge(*fit_, graph, weights, "judging training faces").metrics.mse100;
      r.val_loss = e.loss;
      r.val_mse100 = e.metrics.mse100;
      r.val_nme = e.metrics.nme;
      if (std::isnan(r.val_mse100)) {
        throw Error(ErrorCode::numeric,
                    "epoch " + std::to_string(r.epoch) +
                        ": the validation error is not finite. The last saved model is intact. Try a "
                        "lower --lr or --clip 1.");
      }
    }
    // Without validation the newest weights are the ones to keep.
    const double error = evaluator != nullptr ? r.val_mse100 : -static_cast<double>(r.epoch);
    r.best = error < position_.best_error;
    learner.observe(evaluator != nullptr ? r.val_mse100 : r.train_mse100);
    if (r.best) {
      position_.best_error = error;
      position_.best_epoch = r.epoch;
      best_ = r;
    }
    position_.batch = 0;
    position_.loss_sum = position_.mse_sum = position_.epoch_seconds = 0;
    r.seconds = position_.seconds = clock_.seconds();
    last_ = r;
    if (folder_) {
      const Clock saving;
      tell({"saving"});
      if (r.best) save_model(graph, preprocessing, learner, r);
      if (r.best && evaluator != nullptr) {
        write_image_errors(folder_->val_errors(), evaluator->data(), e.metrics);
      }
      // Rows newer than last.safetensors are dropped on resume; a missing one could not be made up for.
      metrics_->append({r.epoch, learner.steps(), r.lr, r.train_loss, r.train_mse100, r.val_loss, r.val_mse100,
                        r.val_nme, r.images_per_s, r.seconds, r.fit_mse100});
      if (tensorboard_) {
        tensorboard_->epoch(metrics_->rows().back());
        if (evaluator != nullptr) tensorboard_->faces(learner.steps(), evaluator->data(), e.predictions);
      }
      save_last(graph, preprocessing, learner);
      times_.save += saving.seconds();
      folder_->log(epoch_line(r));
    }
    if (callbacks_.epoch) callbacks_.epoch(r);
  }

  [[nodiscard]] Facts facts(const EpochResult& r) const {
    Facts f;
    f["version"] = kVersion;
    f["model"] = std::filesystem::path(options_.model).filename().string();
    f["loss"] = options_.loss;
    f["optimizer"] = options_.optimizer;
    f["augment"] = options_.augment;
    f["seed"] = std::to_string(options_.seed);
    f["epoch"] = std::to_string(r.epoch);
    f["epochs"] = std::to_string(options_.epochs);
    f["train_images"] = std::to_string(data_.train->size());
    f["val_images"] = std::to_string(data_.val ? data_.val->size() : 0);
    f["isa"] = to_string(kernels_.isa);
    f["precision"] = to_string(kernels_.precision);
    for (const std::string& d : options_.data) f["data"] += (f["data"].empty() ? "" : " ") + d;
    if (!std::isnan(r.val_mse100)) {
      saved_state::put(f, "val_mse100", r.val_mse100);
      saved_state::put(f, "val_nme", r.val_nme);
    }
    return f;
  }

  void save_model(const Graph& graph, const Preprocessing& preprocessing, const Learner& learner,
                  const EpochResult& r) {
    save_checkpoint(folder_->model(), {graph, learner.result(), preprocessing, facts(r), {}, {}});
  }

  void save_last(const Graph& graph, const Preprocessing& preprocessing, const Learner& learner) {
    Checkpoint c{graph, learner.params().clone(), preprocessing, facts(last_), {}, {}};
    learner.save(c.extra, c.state);
    position_.save(c.state);
    save_checkpoint(folder_->last(), c);
  }

  void write_report(const Preprocessing& preprocessing, Evaluator* evaluator, bool interrupted) {
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
    if (evaluator != nullptr) {
      const Checkpoint best = load_checkpoint(folder_->model());
      evaluation = judge(*evaluator, best.graph, best.params, "writing the report");
      report.evaluation = &evaluation;
      report.val = &evaluator->data();
    }
    write_file_atomically(folder_->report(), make_run_report(std::move(report)));
  }

  TrainOptions options_;
  RunOptions run_;
  const TrainCallbacks& callbacks_;
  std::optional<Checkpoint> resumed_;  // until it is taken up
  const kernels::KernelTable<float>& kernels_;
  ThreadPool pool_;
  TrainingData data_;
  std::vector<std::string> before_folder_;  // what was said before there was a log.txt
  double lr_ = 0;                           // of the last step
  int batch_size_ = 0;
  std::optional<RunFolder> folder_;
  std::optional<MetricsCsv> metrics_;
  LossPtr loss_;
  std::optional<TensorboardLog> tensorboard_;
  std::unique_ptr<Evaluator> fit_;
  LoaderOptions loading_;
  RunTimes times_;
  Clock session_;  // since the run was started or resumed
  Clock clock_;
  Position position_;
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
  RunOptions run;
  run.fast = fast;
  return train(open_faces(gt, image_dir), options, run).model;
}

}  // namespace fpcpu
