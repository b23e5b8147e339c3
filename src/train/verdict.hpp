// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "fpcpu/dataset.hpp"
#include "io/metrics_csv.hpp"

namespace fpcpu {

/// mse100 on `data` of always answering the mean shape (fractions of the image relative to its middle): what a network
/// that has learnt nothing about faces can reach.
[[nodiscard]] double mean_shape_mse100(const Dataset& data, const std::vector<float>& mean_shape);

/// A finished training, as far as it tells whether anything was learnt.
struct Course {
  std::span<const EpochRow> rows;  // all epochs
  std::size_t train_images = 0;
  int best_epoch = 0;
  double best_mse100 = std::numeric_limits<double>::quiet_NaN();  // on the validation faces; NaN without
  double mean_shape_mse100 = std::numeric_limits<double>::quiet_NaN();
  std::function<double()> untrained_mse100;  // on the validation faces; asked for in doubt only
};

/// What is to be said about a training that came to nothing; no text if there is nothing to complain about.
struct Verdict {
  bool diverged = false;  // or no sense can be made of the validation faces: what was made is of no use
  bool early = false;     // so few steps that nothing need be wrong
  std::string text;       // one sentence or two
};

[[nodiscard]] Verdict judge_course(const Course& course);

}  // namespace fpcpu
