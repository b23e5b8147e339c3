// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <optional>

#include "optim/saved_state.hpp"

namespace fpcpu {

/// Where a run stands between two steps; all of it goes into last.safetensors.
struct Position {
  int epoch = 0;    // epochs done
  int batch = 0;    // batches done of the next one
  int skipped = 0;  // of them, without a step
  double loss_sum = 0;
  double mse_sum = 0;
  double setup_seconds = 0;  // before the first step
  double seconds = 0;        // since the first step
  double budget = 0;         // seconds for everything; 0 = no limit
  double epoch_seconds = 0;  // training time of the unfinished epoch
  double best_error = std::numeric_limits<double>::infinity();
  int best_epoch = 0;
  int waiting_since = 0;  // epoch from which on --patience counts, when the run was prolonged
  double lr = 0;          // of the last step

  /// Means over the steps of the unfinished epoch; NaN before the first.
  [[nodiscard]] double mean_loss() const { return loss_sum / (batch - skipped); }
  [[nodiscard]] double mean_mse100() const { return mse_sum / (batch - skipped); }

  /// The epoch under way is done. @param best_so_far  its error, if no other had a lower one
  void pass_epoch(std::optional<double> best_so_far);

  void save(saved_state::Texts& state) const;
  /// @throws Error{format} if something is missing or not a number.
  void load(const saved_state::Texts& state);
};

}  // namespace fpcpu
