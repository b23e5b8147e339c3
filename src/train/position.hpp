// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "optim/saved_state.hpp"

namespace fpcpu {

/// The terms of an objective, summed over the steps of an epoch in which they counted.
class TermSums {
 public:
  /// @param active  bit t: term t counted
  void add(std::span<const double> terms, std::uint32_t active);
  /// NaN for a term that did not count; empty for an objective of one term, whose mean is that of the loss.
  [[nodiscard]] std::vector<double> means() const;
  void clear() { sums_.clear(); }
  void save(saved_state::Texts& state) const;
  void load(const saved_state::Texts& state);

 private:
  struct Sum {
    double value = 0;
    int steps = 0;
  };
  std::vector<Sum> sums_;
};

/// Where a run stands between two steps; all of it goes into last.safetensors.
struct Position {
  int epoch = 0;    // epochs done
  int batch = 0;    // batches done of the next one
  int skipped = 0;  // of them, without a step
  double loss_sum = 0;
  double mse_sum = 0;
  TermSums terms = {};
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
