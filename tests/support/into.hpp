// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "fpcpu/trainer.hpp"

namespace fpcpu::test {

/// A run that leaves its files in `folder`.
[[nodiscard]] inline RunOptions into(const std::filesystem::path& folder, int threads = 2) {
  RunOptions run;
  run.out = folder.string();
  run.threads = threads;
  return run;
}

}  // namespace fpcpu::test
