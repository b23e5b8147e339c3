// SPDX-License-Identifier: MIT
#include "search/complete_run.hpp"

#include <limits>
#include <map>

#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "io/metrics_csv.hpp"
#include "io/toml.hpp"
#include "optim/saved_state.hpp"
#include "train/run_folder.hpp"

namespace fpcpu {

namespace fs = std::filesystem;

namespace {

constexpr const char* kResult = "result.toml";

void save_outcome(const fs::path& folder, const RunOutcome& o) {
  const auto line = [](const char* name, const AttributeValue& value) {
    return std::string(name) + " = " + to_toml(value) + "\n";
  };
  write_file_atomically(folder / kResult, line("val_mse100", o.val_mse100) + line("val_nme", o.val_nme) +
                                              line("seconds", o.seconds) +
                                              line("best_epoch", std::int64_t{o.best_epoch}) +
                                              line("nme_by", o.nme_by) + line("failure", o.failure));
}

double seconds_of(const fs::path& folder) {
  const auto rows =
      fs::exists(folder / "metrics.csv") ? read_metrics_csv(folder / "metrics.csv") : std::vector<EpochRow>{};
  return rows.empty() ? 0 : rows.back().seconds;
}

/// True for what a process leaves that was killed before its first save: a run's files, and no folder.
bool is_abandoned_run(const fs::path& folder) {
  if (fs::is_empty(folder)) return true;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_regular_file()) return false;
  }
  return fs::exists(folder / "log.txt");
}

/// Into an empty folder, or on from the last save. An abandoned run is removed: it cannot be resumed and the same seed
/// makes it again. @throws Error{usage} for a folder of another kind.
RunOptions where_to_go_on(const fs::path& folder, RunOptions run) {
  if (RunFolder::has_checkpoint(folder)) {
    run.out.clear();
    run.resume = folder.string();
  } else {
    if (fs::exists(folder) && !is_abandoned_run(folder)) {
      throw Error(ErrorCode::usage, path_text(folder) + " holds something else than a run. Choose another --out.");
    }
    fs::remove_all(folder);
    run.out = folder.string();
    run.resume.clear();
  }
  return run;
}

}  // namespace

std::optional<RunOutcome> load_outcome(const fs::path& folder) {
  if (!fs::exists(folder / kResult)) return std::nullopt;
  RunOutcome o;
  for (const TomlEntry& e : read_toml(folder / kResult)) {
    if (const auto* text = std::get_if<std::string>(&e.value); text != nullptr) {
      if (e.key == "failure") o.failure = *text;
      if (e.key == "nme_by") o.nme_by = *text;
    }
    if (const auto* whole = std::get_if<std::int64_t>(&e.value); whole != nullptr && e.key == "best_epoch") {
      if (*whole < 0 || *whole > saved_state::kMostEpochs) {
        throw Error(ErrorCode::format, path_text(folder / kResult) + ": best_epoch is out of range.");
      }
      o.best_epoch = static_cast<int>(*whole);
    }
    const auto* number = std::get_if<double>(&e.value);
    if (number == nullptr) continue;
    if (e.key == "val_mse100") o.val_mse100 = *number;
    if (e.key == "val_nme") o.val_nme = *number;
    if (e.key == "seconds") o.seconds = *number;
  }
  return o;
}

std::optional<RunOutcome> complete_run(const fs::path& folder, std::shared_ptr<const Dataset> data,
                                       const TrainOptions& options, const RunOptions& run,
                                       const TrainCallbacks& callbacks, OnNumericFailure on_failure) {
  if (auto known = load_outcome(folder)) return known;
  const auto go_on = [&] {
    const RunOptions into = where_to_go_on(folder, run);
    return data ? train(data, options, into, callbacks) : train(options, into, callbacks);
  };
  RunOutcome outcome;
  try {
    TrainResult result = go_on();
    // Half a training must not be ranked among whole ones: the number of epochs counts, the time only chose it.
    if (result.out_of_time) result = go_on();
    if (result.interrupted) return std::nullopt;
    // Where settings are compared, the error of the best epoch tells.
    if (result.diverged && on_failure == OnNumericFailure::raise) {
      throw Error(ErrorCode::numeric, path_text(folder) + ": " + result.finding);
    }
    if (result.diverged && callbacks.notice) callbacks.notice(path_text(folder) + ": " + result.finding);
    outcome.val_mse100 = result.val_mse100;
    outcome.val_nme = result.val_nme;
    outcome.nme_by = result.nme_by;
    outcome.best_epoch = result.best_epoch;
  } catch (const Error& e) {
    if (e.code() != ErrorCode::numeric || on_failure == OnNumericFailure::raise) throw;
    outcome.val_mse100 = outcome.val_nme = std::numeric_limits<double>::quiet_NaN();
    outcome.failure = e.what();
  }
  outcome.seconds = seconds_of(folder);
  save_outcome(folder, outcome);
  return outcome;
}

}  // namespace fpcpu
