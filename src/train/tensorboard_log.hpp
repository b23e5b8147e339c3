// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "io/metrics_csv.hpp"
#include "io/tensorboard.hpp"
#include "train/evaluator.hpp"

namespace fpcpu {

/// What TensorBoard shows of a run: the figures of each epoch by step, and a few validation faces with the points
/// found.
class TensorboardLog {
 public:
  /// Begins a new event file in `folder`, so a resumed run has one per start. @throws Error{resource}
  explicit TensorboardLog(const std::filesystem::path& folder) : events_(folder) {}

  /// Values that do not exist are left out. @throws Error{resource}
  void epoch(const EpochRow& row);
  void faces(std::int64_t step, const Dataset& val, const std::vector<float>& predictions);

 private:
  EventFile events_;
};

}  // namespace fpcpu
