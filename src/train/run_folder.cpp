// SPDX-License-Identifier: MIT
#include "train/run_folder.hpp"

#include <array>
#include <string_view>

#include "core/file.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace fs = std::filesystem;

namespace {

/// After this time without a sign of life a process on another machine is taken for dead.
constexpr double kStaleSeconds = 60;
constexpr const char* kLock = "lock";

constexpr std::array<std::string_view, 11> kFiles = {"model.safetensors", "last.safetensors", "previous.safetensors",
                                                     "metrics.csv",       "val_errors.csv",   "config.toml",
                                                     "report.html",       "data.csv",         "log.txt",
                                                     "network.toml",      "skipped.csv"};

/// What the next run in the folder would not replace at once, and would be taken for its own.
constexpr std::array<std::string_view, 5> kResults = {"model.safetensors", "metrics.csv", "val_errors.csv",
                                                      "report.html", "skipped.csv"};

/// config.toml as a run writes it.
bool is_config_of_run(const fs::path& file) {
  if (!fs::is_regular_file(file)) return false;
  const std::string text = read_file(file, 4096);
  return (text.starts_with("# Repeat this run") || text.starts_with("# The options of this run")) &&
         text.find("\nversion = ") != std::string::npos;
}

bool is_locked(const fs::path& folder) { return Claim::holder(folder, kLock).pid != 0; }

[[noreturn]] void refuse_run(const fs::path& folder) {
  throw Error(ErrorCode::usage, path_text(folder) + " already holds a run. Go on with it by --resume " +
                                    path_text(folder) + ", or choose another --out.");
}

[[noreturn]] void refuse_in_use(const fs::path& folder) {
  const ProcessMark owner = Claim::holder(folder, kLock);
  const bool seen = state_of(owner) == ProcessState::runs;
  throw Error(ErrorCode::usage,
              path_text(folder) + " is in use: " + describe(owner) + " trains in it." +
                  (seen ? "" : " If that is not so any more, it is free a minute after its last sign of life."));
}

}  // namespace

fs::path free_run_folder(const std::string& name) {
  fs::path path = fs::path("runs") / name;
  for (int i = 2; fs::exists(path); ++i) path = fs::path("runs") / (name + std::to_string(i));
  return path;
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw Error(ErrorCode::resource, "cannot create " + path_text(path) + ": " + error.message() + ".");
}

RunFolder::RunFolder(fs::path path, bool fresh) : path_(std::move(path)) {
  lock_ = Claim::take(path_, kLock, kStaleSeconds);
  if (!lock_) refuse_in_use(path_);
  if (fresh && has_checkpoint(path_)) refuse_run(path_);  // somebody was faster
  if (lock_->taken_over()) {
    finding_ = path_text(path_) + " is taken over from a process that is gone: " + describe(lock_->previous_owner()) +
               (fresh ? ". It had not come to its first checkpoint; the training begins again" : "");
  }
  remove_temporaries(path_, kFiles);
  if (fresh) {
    std::error_code ignored;
    for (const std::string_view name : kResults) fs::remove(path_ / name, ignored);
  }
  log_.open(path_ / "log.txt", std::ios::app);
  if (!log_) {
    throw Error(ErrorCode::resource, "cannot write in " + path_text(path_) + ". Choose another folder with --out.");
  }
}

void RunFolder::check_free(const std::string& wanted) {
  const fs::path path = text_path(wanted);
  if (!fs::exists(path)) return;
  if (!fs::is_directory(path)) {
    throw Error(ErrorCode::usage, wanted + " is no folder. Choose another --out.");
  }
  if (state_of(Claim::holder(path, kLock)) == ProcessState::runs) refuse_in_use(path);
  if (has_checkpoint(path)) refuse_run(path);
  if (has_begun(path)) return;
  for (const std::string_view name : kFiles) {
    if (!fs::exists(path / name)) continue;
    throw Error(ErrorCode::usage, wanted + " already holds a file " + std::string(name) +
                                      ", which the run would replace. Choose another --out.");
  }
}

RunFolder RunFolder::create(const std::string& wanted) {
  fs::path path = text_path(wanted);
  if (wanted.empty()) {
    make_folder("runs");
    do {  // two processes that begin at the same moment get two folders
      path = free_run_folder("train");
    } while (!fs::create_directory(path));
  } else {
    check_free(wanted);
  }
  make_folder(path);
  return {path, true};
}

RunFolder RunFolder::open(const std::string& place) {
  const fs::path path = of(place);
  if (!has_checkpoint(path)) {
    throw Error(ErrorCode::io, path_text(path) + " has no last.safetensors, so there is no run to resume.");
  }
  return {path, false};
}

fs::path RunFolder::of(const std::string& place) {
  const fs::path path = text_path(place);
  if (!fs::is_regular_file(path) || path.extension() != ".safetensors") return path;
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

bool RunFolder::has_checkpoint(const fs::path& path) {
  return fs::exists(path / "last.safetensors") || fs::exists(path / "previous.safetensors");
}

bool RunFolder::has_begun(const fs::path& path) {
  if (!fs::is_directory(path) || has_checkpoint(path)) return false;
  return is_locked(path) || (is_config_of_run(path / "config.toml") && fs::exists(path / "log.txt"));
}

void RunFolder::log(const std::string& line) {
  log_ << line << '\n';
  log_.flush();
}

}  // namespace fpcpu
