// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "cli/program.hpp"

namespace fpcpu::test {

/// Options of a training that takes a moment.
inline const std::string kQuickTraining = "--input-size 32 --batch 8 ";

/// A model that has been trained for a moment.
[[nodiscard]] inline const std::filesystem::path& trained_model() {
  static const TemporaryFolder folder;
  static const std::filesystem::path file = [] {
    const Outcome o = run_program(folder, "train --data synth:64 --epochs 2 " + kQuickTraining + "--out run --quiet");
    REQUIRE_MESSAGE(o.code == 0, o.err);
    return folder / "run/model.safetensors";
  }();
  return file;
}

}  // namespace fpcpu::test
