#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace fpcpu {

/// runs/NAME, or the first of runs/NAME2, runs/NAME3, ... that does not exist.
[[nodiscard]] std::filesystem::path free_run_folder(const std::string& name);

/// @throws Error{resource} if it cannot be created.
void make_folder(const std::filesystem::path& path);

/// The folder of one run and the names in it.
class RunFolder {
 public:
  /// Creates `wanted`, or runs/train, runs/train2, ... if it is empty. A folder that holds a run already is refused.
  /// @throws Error{usage} if it holds a run; Error{resource} if it cannot be written.
  [[nodiscard]] static RunFolder create(const std::string& wanted);
  /// An existing run to go on with. @throws Error{io} if there is no last.safetensors in it.
  [[nodiscard]] static RunFolder open(const std::string& path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path model() const { return path_ / "model.safetensors"; }
  [[nodiscard]] std::filesystem::path last() const { return path_ / "last.safetensors"; }
  [[nodiscard]] std::filesystem::path metrics() const { return path_ / "metrics.csv"; }
  [[nodiscard]] std::filesystem::path val_errors() const { return path_ / "val_errors.csv"; }
  [[nodiscard]] std::filesystem::path config() const { return path_ / "config.toml"; }
  [[nodiscard]] std::filesystem::path report() const { return path_ / "report.html"; }

  /// Appends a line to log.txt.
  void log(const std::string& line);

 private:
  explicit RunFolder(std::filesystem::path path);
  std::filesystem::path path_;
  std::ofstream log_;
};

}  // namespace fpcpu
