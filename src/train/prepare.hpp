// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/thread_pool.hpp"
#include "data/loader.hpp"
#include "fpcpu/trainer.hpp"
#include "train/clock.hpp"
#include "train/data_marks.hpp"
#include "train/dialogue.hpp"
#include "train/judge.hpp"
#include "train/learner.hpp"
#include "train/position.hpp"
#include "train/run_start.hpp"
#include "train/setup.hpp"
#include "train/task.hpp"
#include "train/training_data.hpp"

namespace fpcpu {

/// All that is decided about a run before its first step. Nothing changes it afterwards.
struct RunSetup {
  Clock since_start;  // of this process, the first thing a budget pays for
  RunOptions run;
  TrainOptions options;  // every one that was left open is filled
  Places places;
  bool faces_given = false;  // by the caller: `data` does not repeat the run
  const kernels::KernelTable<float>& kernels;
  std::unique_ptr<ThreadPool> pool;
  TrainingData data;
  NetworkDefinition network;
  Position position = {};  // where it begins
  Preprocessing preprocessing = {};
  std::optional<TrainingTask> task = {};  // once the faces are measured
  LoaderOptions loading = {};
  std::vector<DataMark> marks = {};
  bool data_changed = false;               // since the run that it resumes began
  std::optional<int> planned_epochs = {};  // until now, of the run that it resumes
  std::string note = {};                   // on the number of epochs, for config.toml
  double judge_seconds = 0;                // of one judgement, as far as it was measured

  [[nodiscard]] bool prolonged() const { return planned_epochs && *planned_epochs != options.epochs; }
  [[nodiscard]] Model with_params(Params<float> params) const {
    return {network.graph, std::move(params), preprocessing};
  }
  [[nodiscard]] Model untrained() const { return with_params(initial_params(network.graph, preprocessing, options)); }
};

/// What the weights of a learner are worth.
struct JudgedModel {
  Model model;
  Judgement judgement;
};

/// Where steps get their images and epochs their errors from; warm already if the speed was measured on them.
struct Supply {
  std::unique_ptr<Loader> loader;
  std::unique_ptr<Judge> judge;

  /// Judges the weights of `learner`, with statistics of batch norm from the images of `epoch`.
  [[nodiscard]] JudgedModel evaluate(const RunSetup& setup, Learner& learner, int epoch,
                                     const Dialogue& dialogue) const;
};

/// What the caller hands over in place of names; may be null.
struct Given {
  DatasetPtr data = nullptr;
  std::shared_ptr<const NetworkDefinition> network = nullptr;
};

struct PreparedRun {
  RunSetup setup;
  Supply supply;
};

/// Opens and measures the faces, builds the network and fills the options. Whatever can be wrong with them is seen
/// here, before anything is written.
/// @param given  replaces what the options say of them. @throws as train(); Interrupted
[[nodiscard]] PreparedRun prepare_run(RunStart& start, Given given, Dialogue& dialogue);

}  // namespace fpcpu
