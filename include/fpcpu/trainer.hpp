// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fpcpu/network.hpp"
#include "fpcpu/objective.hpp"
#include "fpcpu/train_options.hpp"

namespace fpcpu {

class Dataset;

/// Progress within an epoch, for a live display.
struct StepProgress {
  int epoch = 0;  // from 1
  int epochs = 0;
  int batch = 0;  // from 1
  int batches = 0;
  double loss = 0;    // mean over the epoch so far
  double mse100 = 0;  // same, on augmented training images
  double images_per_s = 0;
  double seconds_left = 0;  // of the whole run
};

/// Work between the steps that may take seconds: measuring, judging, saving.
struct PhaseProgress {
  std::string what;       // "measuring colours", "evaluating validation faces"
  std::size_t done = 0;   // images
  std::size_t total = 0;  // 0 = not counted
};

/// What a finished epoch came to; NaN where there is no validation set.
struct EpochResult {
  int epoch = 0;
  int epochs = 0;
  double lr = 0;
  double train_loss = 0, train_mse100 = 0;
  double val_loss = std::numeric_limits<double>::quiet_NaN();
  double val_mse100 = std::numeric_limits<double>::quiet_NaN();
  double val_nme = std::numeric_limits<double>::quiet_NaN();
  std::string nme_by;  ///< what the NME divides by, e.g. inter-ocular
  /// Of training faces judged like the validation faces: the weights that are kept, no augmentation.
  double fit_mse100 = std::numeric_limits<double>::quiet_NaN();
  double images_per_s = 0;
  double seconds = 0;
  bool best = false;
};

/// How the caller follows and stops a run. All callbacks come from the calling thread and may be empty.
struct TrainCallbacks {
  std::function<void(const std::string&)> message;  ///< plain sentences: what is being done
  /// What the user did not ask for, although the run goes on: bf16 on a machine without it.
  std::function<void(const std::string&)> notice;
  std::function<void(const PhaseProgress&)> phase;
  std::function<void(const StepProgress&)> step;
  std::function<void(const EpochResult&)> epoch;
  std::function<bool()> stop;  ///< asked after every step, and several times a second in all that takes longer; true =
                               ///< save and return
};

struct TrainResult {
  std::string run;    // run folder, empty if nothing was written
  std::string model;  // run/model.safetensors
  int epochs = 0;     // done
  int best_epoch = 0;
  double train_mse100 = 0;
  double val_mse100 = 0;  // of the best epoch; NaN without validation
  double val_nme = 0;
  std::string nme_by;  // what the NME divides by
  bool interrupted = false;
  bool diverged = false;     // nothing was learnt; the best epoch's model is kept
  std::string finding = {};  // why the model is of little use, a sentence; empty: it is not
  bool out_of_time = false;  // `time` was used up before the planned end; resumed, the rest runs without a limit
};

/// Where and how a run executes; none of it changes the resulting weights on one instruction set.
struct RunOptions {
  int threads = 0;          ///< 0 = all cores
  std::string isa = {};     ///< empty = FPCPU_ISA or the fastest
  std::string out = {};     ///< run folder; empty = runs/train, runs/train2, ...
  std::string resume = {};  ///< run folder to go on with, or a checkpoint in it; its config.toml replaces the options
  /// What a resumed run is to do otherwise than its config.toml says, option and value: data, val, images (when they
  /// moved), epochs, time (of the whole run, to prolong it), checkpoint-every, cache-mb, accept.
  std::vector<std::pair<std::string, std::string>> changes = {};
  bool changed_data = false;  ///< a resumed run goes on although its images or labels have changed
  bool fast = false;          ///< one epoch of a few batches, nothing written: does training work at all?
  bool judged = false;        ///< the caller has judged the faces: what is wrong with them is not looked for again
};

/// Trains a detector and writes the run folder (interface: model.safetensors, last.safetensors, metrics.csv,
/// val_errors.csv, config.toml, report.html, log.txt).
/// Checkpoints follow the first epoch and then each other every `checkpoint_every` seconds; a run that is killed goes
/// on from the last of them to the same bits. A step whose loss or gradient is not finite is skipped and halves the
/// learning rate from there on. With `time` the run ends close to it (up to one epoch before), judging, saving and
/// report included; if the machine becomes slower than it was when the number of epochs was fixed, the run stops early,
/// says so, and can be resumed without a limit.
/// @throws Error: data, options, shapes are checked before the first step; numeric when a third step is not finite.
[[nodiscard]] TrainResult train(const TrainOptions& options, const RunOptions& run = {},
                                const TrainCallbacks& callbacks = {});

/// The same on any data set of the caller's own; `options.data` is only written down.
[[nodiscard]] TrainResult train(std::shared_ptr<const Dataset> data, const TrainOptions& options,
                                const RunOptions& run = {}, const TrainCallbacks& callbacks = {});

/// The same with a network of the caller's own, and how it is trained: options.model, input_size and channels are left
/// alone. Such a run is resumed by this call only: run.resume with the same data, network and recipe.
[[nodiscard]] TrainResult train(std::shared_ptr<const Dataset> data, const Network& network, const Recipe& recipe,
                                const TrainOptions& options, const RunOptions& run = {},
                                const TrainCallbacks& callbacks = {});

/// The two-argument form: trains the default model on the faces of `gt` (a gt.csv file) and `image_dir`, returns the
/// path of the model file. With `fast` nothing is written and the result is empty.
/// @throws as train(); Error{numeric} also if the training diverged.
std::string train_detector(const std::string& gt, const std::string& image_dir, bool fast = false);

}  // namespace fpcpu
