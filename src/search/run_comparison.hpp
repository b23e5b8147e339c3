// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "fpcpu/trainer.hpp"
#include "io/metrics_csv.hpp"
#include "train/image_errors.hpp"

namespace fpcpu {

/// A figure with its 95 % interval; all NaN if unknown.
struct Interval {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// Mean of `values` with the percentile interval of `kBootstrapRounds` means of as many values drawn with replacement.
/// The same values give the same interval. Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993.
[[nodiscard]] Interval bootstrap_mean(const std::vector<double>& values);
inline constexpr int kBootstrapRounds = 4000;

/// One run folder, read.
struct ComparedRun {
  std::string name;  // as given
  TrainOptions options;
  std::vector<EpochRow> epochs;
  int best_epoch = 0;      // 0 without validation
  ImageErrors val_errors;  // of the best epoch; empty without validation
  double nme = 0;
  std::string nme_by;  // what it divides by; "-" for a run that does not tell
  double seconds = 0;
  double images_per_s = 0;  // median over the epochs
  Interval mse100;          // over the validation images
  /// The validation images are not those of the first run.
  bool other_faces = false;
  /// Mean of this run's minus the first run's error, image by image. NaN for the first run and where the validation
  /// images are not the same.
  Interval difference;
};

struct RunComparison {
  std::vector<ComparedRun> runs;
  /// Options in which the runs differ, each with its value in every run. Where a run's results lie is none of them.
  std::vector<std::pair<std::string, std::vector<std::string>>> differing;
};

/// Reads config.toml, metrics.csv and val_errors.csv of each folder.
/// @throws Error{io} naming the folder and what it lacks; Error{format|usage} for damaged files.
[[nodiscard]] RunComparison compare_runs(const std::vector<std::string>& folders);

/// A page with the final table and the curves over each other (html_page.hpp).
[[nodiscard]] std::string make_comparison_page(const RunComparison& comparison);

/// A value with its interval: "3.21 (2.95 to 3.50)"; "-" if unknown. Differences get a sign.
[[nodiscard]] std::string interval_text(const Interval& interval, bool with_sign = false);

}  // namespace fpcpu
