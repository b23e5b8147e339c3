// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/thread_pool.hpp"
#include "data/loader.hpp"
#include "fpcpu/losses.hpp"
#include "fpcpu/trainer.hpp"
#include "graph/graph.hpp"
#include "io/checkpoint.hpp"
#include "io/metrics_csv.hpp"
#include "train/checkpoint_files.hpp"
#include "train/clock.hpp"
#include "train/data_marks.hpp"
#include "train/judge.hpp"
#include "train/learner.hpp"
#include "train/position.hpp"
#include "train/run_folder.hpp"
#include "train/run_report.hpp"
#include "train/run_start.hpp"
#include "train/setup.hpp"
#include "train/stop.hpp"
#include "train/tensorboard_log.hpp"
#include "train/verdict.hpp"

namespace fpcpu {

/// One start of one training: everything before the first step (training_prepare.cpp), the epochs (training_run.cpp),
/// what is left behind (training_conclude.cpp).
class TrainingRun {
 public:
  /// @param given  replaces the data of the options when not null. @throws as train()
  TrainingRun(RunStart start, const TrainCallbacks& callbacks, DatasetPtr given);
  TrainResult run();

 private:
  // ---- what the caller hears and says ----

  void say(const std::string& text) { say(text, callbacks_.message); }
  void say(const std::string& text, const std::function<void(const std::string&)>& callback);
  /// Of work that takes longer; hears the wish to stop.
  void tell(const PhaseProgress& phase);

  /// Where the wish to stop is heard. Once it is granted it is no longer asked for: what is left to do is saving.
  void hear() const {
    if (!stopping_) stop_point(callbacks_);
  }

  /// False if the caller wanted to stop meanwhile.
  template <class Work>
  bool attempt(const Work& work) {
    try {
      work();
      return true;
    } catch (const Interrupted&) {
      stopping_ = true;
      return false;
    }
  }

  // ---- before the first step ----

  TrainingData open_data(DatasetPtr given) const;
  void prepare();

  /// What a model must know about its faces, and what a resumed run must find again.
  void measure_faces();

  /// A run that goes on with other faces is no longer one run.
  void compare_data();
  [[nodiscard]] Params<float> first_params() const { return initial_params(*graph_, preprocessing_, options_); }

  /// --time: the number of epochs that fits, by the speed of this machine as it is now.
  void fix_epochs();

  /// Everything that can be wrong has been seen by now: makes the folder of a new run, or takes up the old one.
  void open_folder();
  void go_on();
  void plan_anew();
  void write_config() const;

  /// The figures of the last and of the best epoch of a resumed run.
  void recall();

  // ---- training ----

  [[nodiscard]] bool finished() const;

  /// Stops a run that its time does not suffice for, although the number of epochs was chosen to fit.
  /// @param needed  seconds to the next chance to stop
  void watch_time(double needed);
  Judgement judge(Learner& learner, int next_epoch);

  /// False when the time is used up before the last batch.
  bool train_epoch();
  void take_step(const Batch& batch);
  void tell_step(int images, int batches) const;

  /// Judges the epoch; from then on it is done. Interrupted before, the run goes on here.
  void finish_epoch();

  // ---- what is left behind ----

  void keep_epoch(const EpochResult& r, const Judgement& judged);
  void save_model(const EpochResult& r, ErrorModel errors) const;
  [[nodiscard]] Checkpoint make_checkpoint() const;
  void save();
  TrainResult conclude(bool interrupted);
  void add_times();
  [[nodiscard]] Verdict find_verdict();
  void write_report(bool interrupted, const Verdict& verdict);

  Clock since_start_;  // of this process, the first thing a budget pays for
  RunStart start_;     // its checkpoint until it is taken up
  TrainOptions options_;
  RunOptions run_;
  const TrainCallbacks& callbacks_;
  bool faces_given_;  // by the caller: `data` does not repeat the run
  const kernels::KernelTable<float>& kernels_;
  ThreadPool pool_;
  std::vector<std::string> before_folder_;  // what was said before there was a log.txt
  std::optional<RunFolder> folder_;
  CheckpointTimer timer_;
  TrainingData data_;
  std::vector<FaceMark> marks_;
  std::optional<Graph> graph_;
  Preprocessing preprocessing_;
  LossPtr loss_;
  LoaderOptions loading_;
  std::optional<Loader> loader_;
  std::optional<Judge> judge_;
  std::optional<Learner> learner_;
  std::optional<MetricsCsv> metrics_;
  std::optional<TensorboardLog> tensorboard_;
  RunTimes times_;
  double stalled_before_ = 0;
  double judged_before_ = 0;
  Clock session_;  // since the run was started or resumed
  Clock clock_;
  Position position_;
  double judge_seconds_ = 0;  // of one judgement
  bool out_of_time_ = false;
  bool stopping_ = false;
  bool data_changed_ = false;
  bool epoch_logged_ = false;  // its columns have a header in log.txt
  bool unsaved_ = false;       // last.safetensors stands behind
  std::string note_;           // on the number of epochs, for config.toml
  std::string replanned_;      // what makes the run another one than config.toml gives from the start
  EpochResult last_;
  EpochResult best_;
  std::optional<Evaluation> best_evaluation_;  // of the validation faces, since the run was started or resumed
};

}  // namespace fpcpu
