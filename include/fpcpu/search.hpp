// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "fpcpu/trainer.hpp"

namespace fpcpu {

/// Mean and sample standard deviation (n - 1). NaN: the mean of nothing, the spread of fewer than two values.
struct MeanSpread {
  double mean = std::numeric_limits<double>::quiet_NaN();
  double spread = std::numeric_limits<double>::quiet_NaN();
};

// ---- learning-rate range test -------------------------------------------------------------------------------------

struct LrFindOptions {
  double from = 1e-6;
  double to = 1;
  int steps = 200;
};

struct LrPoint {
  double lr = 0;
  double loss = 0;      // of the batch
  double smoothed = 0;  // Gaussian mean over the neighbours on the logarithmic axis, without lag
};

struct LrFindResult {
  std::vector<LrPoint> curve;  // finite losses only
  bool diverged = false;       // stopped because the loss exploded
  bool interrupted = false;
  double lowest = 0;      // rate at the lowest smoothed loss
  double steepest = 0;    // rate of the steepest fall of the smoothed loss per decade, below `lowest`
  double suggestion = 0;  // lowest / 2; NaN if the smoothed loss never fell by 10 %
};

/// Raises the learning rate exponentially from step to step, lr_t = from * (to / from)^(t / (steps - 1)), on the
/// training faces and network of `options`, and stops when the running loss is four times its best or not finite.
/// Schedule, epochs and moving average of `options` play no part. Writes nothing.
/// Source: Smith, "Cyclical learning rates for training neural networks", WACV 2017, arXiv 1506.01186.
/// @param run threads and isa. @throws Error{usage} unless 0 < from < to and steps >= 10; as train().
[[nodiscard]] LrFindResult find_lr(const TrainOptions& options, const LrFindOptions& find, const RunOptions& run = {},
                                   const TrainCallbacks& callbacks = {});

// ---- several runs: what they tell ---------------------------------------------------------------------------------

/// How the caller follows several trainings. `train` serves each of them.
struct SearchCallbacks {
  TrainCallbacks train;
  /// Before a training: what it is ("fold 2/5"), how many of all trainings are finished (by any process).
  std::function<void(const std::string& label, std::size_t finished, std::size_t all)> begin;
  /// After it: the error it is judged by, NaN if its loss was not finite.
  std::function<void(const std::string& label, double mse100)> end;
  /// Called about every second while only other processes work; `runs` are theirs.
  std::function<void(std::size_t runs)> waiting;
};

// ---- cross-validation ---------------------------------------------------------------------------------------------

struct OutOfFoldImage {
  std::string name;
  int fold = 0;  // from 1
  double mse100 = 0;
};

struct FoldResult {
  std::size_t images = 0;
  double mse100 = 0;
  double nme = 0;
};

struct KFoldResult {
  std::string folder;
  std::vector<FoldResult> folds;  // finished ones
  MeanSpread mse100;              // over the folds
  MeanSpread nme;
  double all_mse100 = 0;  // over all images
  double all_nme = 0;
  std::string nme_by;                 // what the NME divides by
  std::vector<OutOfFoldImage> worst;  // up to ten, worst first
  bool interrupted = false;           // then only `folder` and `folds` are set
};

/// Trains `folds` detectors, each without one part of the data, and judges each on its part: every image is judged
/// exactly once, by a detector that has not seen it. The parts depend on seed and number of images only. Within a
/// fold a validation set is kept as in train() (--val, or a part of the fold's training images), so that choosing the
/// best epoch does not look at the images the fold is judged on.
/// The folder run.out (default runs/kfold, ...) gets foldN/ (a run folder each), out_of_fold.csv
/// (filename,fold,mse100,x1,y1,...), summary.json, config.toml and kfold.toml. run.resume goes on with one: finished
/// folds are not trained again, an interrupted one is resumed.
/// @throws Error{usage} if folds < 2, more folds than images, or the data has changed; as train().
[[nodiscard]] KFoldResult cross_validate(const TrainOptions& options, int folds, const RunOptions& run = {},
                                         const SearchCallbacks& callbacks = {});

// ---- sweep --------------------------------------------------------------------------------------------------------

/// One setting of a sweep with what its trainings (one per seed) came to.
struct RankedSetting {
  std::string name;                                           // "lr=0.01 loss=wing", or the variant's name
  std::vector<std::pair<std::string, std::string>> settings;  // "variant" if there are any, then option -> value
  std::vector<std::string> runs;                              // folders of finished trainings
  std::vector<std::string> failures;                          // messages of those whose loss was not finite
  MeanSpread mse100;                                          // best validation error, over the seeds
  MeanSpread nme;
  std::string nme_by;  // what the NME divides by; empty if that is not known of all runs, or differs
  MeanSpread seconds;
};

struct SweepOptions {
  std::string file;  ///< docs/sweep.md
  std::string out;   ///< empty: runs/NAME for NAME.toml
  int threads = 0;
  std::string isa;
  double stale_seconds = 60;  ///< a run whose process gave no sign of life for so long is taken over
};

struct SweepResult {
  std::string folder;
  std::vector<RankedSetting> ranking;  // best first; settings with a failure come last
  bool interrupted = false;
};

/// The names of all trainings of a sweep file, in order; everything in it is checked.
/// @throws Error{io|format|usage} with file and line.
[[nodiscard]] std::vector<std::string> list_sweep(const std::string& file);

/// Trains all settings of a sweep file and ranks them by their validation error. Several processes may work on one
/// folder at a time; each training is done once. Called again on the same folder it goes on. Writes NAME/ (a run folder
/// each), ranking.csv, sweep.toml and claims/.
/// @throws Error{usage} if the folder holds a different sweep; as list_sweep() and train(), but a training whose loss
/// is not finite is only noted.
[[nodiscard]] SweepResult sweep(const SweepOptions& options, const SearchCallbacks& callbacks = {});

}  // namespace fpcpu
