// SPDX-License-Identifier: MIT
#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <thread>

#include "core/file.hpp"
#include "core/new_folder.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/search.hpp"
#include "options/config.hpp"
#include "search/complete_run.hpp"
#include "search/sweep_file.hpp"
#include "search/sweep_ranking.hpp"
#include "train/claim.hpp"
#include "train/run_folder.hpp"
#include "train/training_data.hpp"

namespace fpcpu {

namespace fs = std::filesystem;

namespace {

bool same(const SweepPlan& a, const SweepPlan& b) {
  if (a.runs.size() != b.runs.size()) return false;
  for (std::size_t i = 0; i < a.runs.size(); ++i) {
    if (a.runs[i].name != b.runs[i].name) return false;
    if (config_text(a.runs[i].options) != config_text(b.runs[i].options)) return false;
  }
  return true;
}

class Sweep {
 public:
  Sweep(const SweepOptions& options, const SearchCallbacks& callbacks)
      : options_(options),
        callbacks_(callbacks),
        notice_(once(callbacks.train.notice)),
        plan_(read_sweep_file(text_path(options.file))) {
    folder_ = options.out.empty() ? fs::path("runs") / text_path(options.file).stem() : text_path(options.out);
    if (!is_of_a_sweep()) check_unless_shared();
    make_folder(claims());
    const fs::path kept = folder_ / "sweep.toml";
    {
      const auto claim = Claim::wait(claims(), "sweep", options_.stale_seconds);
      if (!fs::exists(kept)) write_file_atomically(kept, read_file(text_path(options.file)));
    }
    if (!same(plan_, read_sweep_file(kept))) {
      throw Error(ErrorCode::usage, path_text(folder_) +
                                        " holds another sweep: its sweep.toml does not ask for the same "
                                        "trainings as " +
                                        options.file + ". Choose another --out.");
    }
  }

  SweepResult run() {
    SweepResult result;
    result.folder = path_text(folder_);
    while (!result.interrupted) {
      const std::size_t held_by_others = work(result.interrupted);
      if (held_by_others == 0 || result.interrupted) break;
      if (callbacks_.waiting) callbacks_.waiting(held_by_others);
      result.interrupted = pause();
    }
    result.ranking = write_ranking();
    return result;
  }

 private:
  [[nodiscard]] fs::path claims() const { return folder_ / "claims"; }
  /// Another process may just have made the folder of claims, and nothing else yet.
  [[nodiscard]] bool is_of_a_sweep() const { return fs::exists(folder_ / "sweep.toml") || fs::exists(claims()); }
  /// @throws Error{usage} for a folder with other things in it, unless a process made it that of a sweep meanwhile.
  void check_unless_shared() const {
    try {
      check_new_folder(folder_);
    } catch (const Error&) {
      if (!is_of_a_sweep()) throw;
    }
  }
  [[nodiscard]] bool stop() const { return callbacks_.train.stop && callbacks_.train.stop(); }

  /// Does every training that is neither finished nor claimed. Returns how many others hold.
  std::size_t work(bool& interrupted) {
    std::size_t held = 0;
    for (const SweepRun& run : plan_.runs) {
      const fs::path folder = folder_ / run.name;
      if (load_outcome(folder)) continue;
      if (stop()) {
        interrupted = true;
        return held;
      }
      const auto claim = Claim::take(claims(), run.name, options_.stale_seconds);
      // Another process may have finished it and given its claim back since the look above.
      if (claim && load_outcome(folder)) continue;
      if (!claim || !train_one(run, *claim)) {
        interrupted = stop();
        ++held;
      }
      if (interrupted) return held;
    }
    return held;
  }

  /// False if it was stopped: by the caller, or because the claim was lost.
  bool train_one(const SweepRun& run, const Claim& claim) {
    const std::string& label = run.name;
    if (callbacks_.begin) callbacks_.begin(label, finished(), plan_.runs.size());
    TrainCallbacks callbacks = callbacks_.train;
    callbacks.notice = notice_;
    callbacks.stop = [&] { return claim.lost() || stop(); };
    RunOptions where;
    where.threads = options_.threads;
    where.isa = options_.isa;
    const auto outcome =
        complete_run(folder_ / run.name, nullptr, run.options, where, callbacks, OnNumericFailure::remember);
    if (!outcome) return false;
    if (callbacks_.end) {
      callbacks_.end(label, outcome->failure.empty() ? outcome->val_mse100 : std::numeric_limits<double>::quiet_NaN());
    }
    (void)write_ranking();
    return true;
  }

  [[nodiscard]] std::size_t finished() const {
    std::size_t count = 0;
    for (const SweepRun& run : plan_.runs) count += load_outcome(folder_ / run.name) ? 1 : 0;
    return count;
  }

  std::vector<RankedSetting> write_ranking() {
    const auto claim = Claim::wait(claims(), "ranking", options_.stale_seconds);
    std::vector<RankedSetting> ranking = rank_settings(plan_, folder_);
    write_file_atomically(folder_ / "ranking.csv", ranking_csv(ranking));
    return ranking;
  }

  /// About a second; true if the caller wants to stop.
  [[nodiscard]] bool pause() const {
    for (int i = 0; i < 10; ++i) {
      if (stop()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  }

  SweepOptions options_;
  const SearchCallbacks& callbacks_;
  std::function<void(const std::string&)> notice_;
  SweepPlan plan_;
  fs::path folder_;
};

}  // namespace

std::vector<std::string> list_sweep(const std::string& file) {
  std::vector<std::string> names;
  for (const SweepRun& run : read_sweep_file(text_path(file)).runs) names.push_back(run.name);
  return names;
}

SweepResult sweep(const SweepOptions& options, const SearchCallbacks& callbacks) {
  return Sweep(options, callbacks).run();
}

}  // namespace fpcpu
