// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "train/claim.hpp"

namespace fpcpu {

/// runs/NAME, or the first of runs/NAME2, runs/NAME3, ... that does not exist.
[[nodiscard]] std::filesystem::path free_run_folder(const std::string& name);

/// @throws Error{resource} if it cannot be created.
void make_folder(const std::filesystem::path& path);

/// The folder of one run, held by this process, and the names in it.
class RunFolder {
 public:
  /// Refuses a folder that holds a run with something to go on with, or files of others under the names of a run's.
  /// What a process leaves that was killed before its first checkpoint is no obstacle. @throws Error{usage}
  static void check_free(const std::string& wanted);
  /// Creates `wanted`, or runs/train, runs/train2, ... if it is empty. @throws Error{usage} as check_free(), and if
  /// another process works in it; Error{resource} if it cannot be written.
  [[nodiscard]] static RunFolder create(const std::string& wanted);
  /// An existing run to go on with. @throws Error{io} if there is no checkpoint in it, Error{usage} if another process
  /// works in it, Error{resource} if it cannot be written.
  [[nodiscard]] static RunFolder open(const std::string& path);

  /// The folder that `place` means, which is the folder or one of its model files.
  [[nodiscard]] static std::filesystem::path of(const std::string& place);
  [[nodiscard]] static bool has_checkpoint(const std::filesystem::path& path);
  /// True for a run that was killed before its first checkpoint.
  [[nodiscard]] static bool has_begun(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path model() const { return path_ / "model.safetensors"; }
  [[nodiscard]] std::filesystem::path last() const { return path_ / "last.safetensors"; }
  /// The checkpoint before the last one.
  [[nodiscard]] std::filesystem::path previous() const { return path_ / "previous.safetensors"; }
  /// Where a last checkpoint goes that cannot be read.
  [[nodiscard]] std::filesystem::path damaged() const { return path_ / "damaged.safetensors"; }
  [[nodiscard]] std::filesystem::path metrics() const { return path_ / "metrics.csv"; }
  [[nodiscard]] std::filesystem::path val_errors() const { return path_ / "val_errors.csv"; }
  [[nodiscard]] std::filesystem::path config() const { return path_ / "config.toml"; }
  [[nodiscard]] std::filesystem::path data() const { return path_ / "data.csv"; }
  [[nodiscard]] std::filesystem::path report() const { return path_ / "report.html"; }

  /// What was found in the folder and is worth a word, a sentence; empty if nothing.
  [[nodiscard]] const std::string& finding() const noexcept { return finding_; }
  /// Appends a line to log.txt.
  void log(const std::string& line);

 private:
  /// @param fresh  a new run begins here
  RunFolder(std::filesystem::path path, bool fresh);
  std::filesystem::path path_;
  std::unique_ptr<Claim> lock_;
  std::string finding_;
  std::ofstream log_;
};

}  // namespace fpcpu
