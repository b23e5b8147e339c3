#pragma once

#include <limits>

#include "optim/saved_state.hpp"

namespace fpcpu {

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

  void save(saved_state::Texts& state) const;
  /// @throws Error{format} if something is missing or not a number.
  void load(const saved_state::Texts& state);
};

}  // namespace fpcpu
