// SPDX-License-Identifier: MIT
#include "report/fit_finding.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace fpcpu {

namespace {

/// A factor of 2 in mse100 is one of 1.4 in distance. Below the least gap both are as good as the truth's own
/// precision.
constexpr double kParted = 2;
constexpr double kLeastGap = 0.3;

std::string remedies(const TrainOptions& options) {
  std::string text = "more data";
  if (options.augment != "full") text += ", --augment full";
  if (options.weight_decay < 1e-2) text += ", a higher --weight-decay";
  if (options.patience == 0) text += ", --patience 10";
  return text + " or a smaller --model would help.";
}

}  // namespace

FitFinding describe_fit(const TrainOptions& options, double fit, double val) {
  if (!std::isfinite(fit) || !std::isfinite(val)) return {};
  FitFinding finding;
  finding.overfits = val > kParted * fit && val > fit + kLeastGap;
  std::array<char, 96> figures{};
  std::snprintf(figures.data(), figures.size(), "mse100 without augmentation: training %.2f, validation %.2f. ", fit,
                val);
  finding.text =
      std::string(figures.data()) + (finding.overfits ? "Overfitting: " + remedies(options) : "No overfitting.");
  return finding;
}

}  // namespace fpcpu
