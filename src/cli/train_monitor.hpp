// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/json_log.hpp"
#include "cli/live_line.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/trainer.hpp"

namespace fpcpu::cli {

/// What the live line shows of a phase or of a step.
[[nodiscard]] std::string live_text(const PhaseProgress& progress);
[[nodiscard]] std::string live_text(const StepProgress& progress);

/// What a user, and a machine that reads --json-log, see of a run.
class TrainMonitor {
 public:
  /// @param json_log  file, "-" or empty for none. With "-" standard output belongs to it; lines for people then go to
  /// standard error.
  TrainMonitor(bool quiet, const std::string& json_log);

  /// Call it before train(), and finish() or fail() after.
  void start(const TrainOptions& options, const RunOptions& run);
  /// They refer to this object.
  [[nodiscard]] TrainCallbacks callbacks();
  void finish(const TrainResult& result);
  void fail(const Error& error);

 private:
  void say(const std::string& line);
  void log(const std::string& event, const JsonObject& values);
  void log_sometimes(const std::string& event, const JsonObject& values);
  void write_log(const std::function<void()>& write);

  bool quiet_;
  std::FILE* lines_;
  bool header_shown_ = false;
  LiveLine live_;
  std::optional<JsonLog> json_;
};

}  // namespace fpcpu::cli
