// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "io/metrics_csv.hpp"
#include "train/checkpoint_files.hpp"
#include "train/dialogue.hpp"
#include "train/run_folder.hpp"
#include "train/session.hpp"
#include "train/tensorboard_log.hpp"
#include "train/verdict.hpp"

namespace fpcpu {

/// What a training leaves behind in its folder, from the first step to the report.
class RunWriter {
 public:
  /// Makes the folder of a new run, or takes up the old one. `session` must outlive it.
  /// @param folder  of the run to go on with; gets that of a new one, and must outlive this and `dialogue`.
  RunWriter(Session& session, std::optional<RunFolder>& folder, Dialogue& dialogue);

  [[nodiscard]] const RunFolder& folder() const noexcept { return folder_; }
  [[nodiscard]] const std::vector<EpochRow>& rows() const noexcept { return metrics_->rows(); }
  /// Spent on the epochs.
  [[nodiscard]] double seconds() const noexcept { return seconds_; }

  /// Inside an epoch, as often as --checkpoint-every says.
  void save_if_due();
  void keep_epoch(FinishedEpoch& epoch);
  /// What has happened since the last checkpoint.
  void save_rest();
  /// Of a run that has none yet: its weights as they are.
  void ensure_model();
  /// @param times, interrupted, verdict  of the whole run. @throws Interrupted
  void write_report(const RunTimes& times, bool interrupted, const Verdict& verdict);

 private:
  void begin_folder();
  void take_up_folder();
  void write_config() const;
  void save_model(Model model, const EpochResult& result) const;
  [[nodiscard]] Checkpoint make_checkpoint() const;
  void save();

  Session& session_;
  const RunSetup& setup_;
  Dialogue& dialogue_;
  RunFolder& folder_;
  TrainOptions options_;  // with the folder's copy of a network of the user's own
  CheckpointTimer timer_;
  std::optional<MetricsCsv> metrics_;
  std::optional<TensorboardLog> tensorboard_;
  std::optional<Evaluation> best_evaluation_;  // of the validation faces, since the run was started or resumed
  std::int64_t saved_revision_;                // of the session, in last.safetensors
  double seconds_ = 0;
  bool epoch_logged_ = false;  // its columns have a header in log.txt
};

}  // namespace fpcpu
