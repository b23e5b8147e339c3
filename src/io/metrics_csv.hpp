// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fpcpu {

/// One epoch of training, a row of metrics.csv. Values that do not exist (no validation set) are NaN and stay empty.
struct EpochRow {
  int epoch = 0;  // from 1
  std::int64_t step = 0;
  double lr = 0;
  double train_loss = 0;
  double train_mse100 = 0;
  double val_loss = 0;
  double val_mse100 = 0;
  double val_nme = 0;
  double images_per_s = 0;
  double seconds = 0;              // since the start of the run
  double fit_mse100 = 0;           // of training faces judged like the validation faces
  std::vector<double> terms = {};  // means of the terms of the objective, without their weights, if it has several
};

/// metrics.csv of a run folder. Numbers are written so that reading gives the same double back.
class MetricsCsv {
 public:
  /// Starts the file with its header; keeps the rows up to `last_epoch` of an existing one (0: a new run), so that what
  /// was written after the checkpoint one resumes from is not there twice.
  /// @throws Error{format} for a damaged file, Error{resource} if it cannot be written.
  /// @param terms  names of the terms of the objective, a column "loss_NAME" each
  explicit MetricsCsv(std::filesystem::path file, int last_epoch = 0, std::vector<std::string> terms = {});

  /// Appends one line and flushes it to the system.
  void append(const EpochRow& row);

  [[nodiscard]] const std::vector<EpochRow>& rows() const noexcept { return rows_; }

 private:
  std::filesystem::path file_;
  std::vector<std::string> terms_;
  std::vector<EpochRow> rows_;
};

/// @throws Error{io} if it cannot be read, Error{format} with file and line. A last line without its end (a killed
/// process) is left out.
[[nodiscard]] std::vector<EpochRow> read_metrics_csv(const std::filesystem::path& file);

}  // namespace fpcpu
