// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "fpcpu/trainer.hpp"

namespace fpcpu {

/// What is remembered of a finished training in result.toml of its folder.
struct RunOutcome {
  double val_mse100 = 0;  // of the best epoch; NaN without validation
  double val_nme = 0;
  std::string nme_by = {};  // what the NME divides by; empty for results of older versions
  double seconds = 0;
  int best_epoch = 0;
  std::string failure = {};  // the message if the loss was not finite
};

/// Of a finished training, else nothing. @throws Error{format}
[[nodiscard]] std::optional<RunOutcome> load_outcome(const std::filesystem::path& folder);

enum class OnNumericFailure { raise, remember };

/// Trains into `folder`; goes on with an interrupted training there; returns at once when it is finished. One
/// whose `time` was used up goes on without a limit, to the number of epochs chosen for it. Nothing when the caller
/// asked to stop.
/// @param data replaces options.data when not null. @param run threads and isa.
/// @throws as train(); Error{numeric} only with OnNumericFailure::raise, then also for a training that diverged with
/// finite losses.
[[nodiscard]] std::optional<RunOutcome> complete_run(const std::filesystem::path& folder,
                                                     std::shared_ptr<const Dataset> data, const TrainOptions& options,
                                                     const RunOptions& run, const TrainCallbacks& callbacks,
                                                     OnNumericFailure on_failure);

}  // namespace fpcpu
