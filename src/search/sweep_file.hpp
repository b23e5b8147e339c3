// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "fpcpu/trainer.hpp"

namespace fpcpu {

/// One setting of a sweep: a variant and a value for each option that is swept.
struct SweepSetting {
  std::string name;                                         // "wide lr=0.01"
  std::vector<std::pair<std::string, std::string>> values;  // "variant" if there are any, then option -> value
};

/// One training: a setting with a seed.
struct SweepRun {
  std::string name;  // of its folder, unique
  std::size_t setting = 0;
  TrainOptions options;
};

struct SweepPlan {
  std::vector<SweepSetting> settings;
  std::vector<SweepRun> runs;
};

/// Reads and expands a sweep file (docs/sweep.md). Draws depend on the file only. Everything that can be wrong before
/// training is checked: names and values of options, networks, losses, schedules, that there are validation faces.
/// @throws Error{io|format|usage|shape} with file and line, or with file and setting for what only a combination shows.
[[nodiscard]] SweepPlan read_sweep_file(const std::filesystem::path& file);

}  // namespace fpcpu
