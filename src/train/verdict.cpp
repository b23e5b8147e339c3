// SPDX-License-Identifier: MIT
#include "train/verdict.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "core/coordinates.hpp"
#include "train/metrics.hpp"

namespace fpcpu {

namespace {

/// A network that only answers the mean shape comes within a little of it, on either side.
constexpr double kNoBetter = 0.97;
constexpr double kFarWorse = 2;

/// In the first steps a network may be far off without anything being wrong with it.
constexpr std::int64_t kFewSteps = 100;
constexpr double kFarWorseEarly = 10;

/// Faces that hardly differ leave the mean shape no error to speak of.
constexpr double kLeastError = 5;

/// The mean loss of an epoch is as uncertain as it has few images; less than this above the first is no divergence.
double uncertainty(std::size_t images) { return std::max(0.1, 2 / std::sqrt(static_cast<double>(images))); }

std::string figure(double value, const char* format = "%.1f") {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), std::fabs(value) < 1e6 ? format : "%.2g", value);
  return text.data();
}

const EpochRow* best_row(const Course& c) {
  const auto row =
      std::find_if(c.rows.begin(), c.rows.end(), [&](const EpochRow& r) { return r.epoch == c.best_epoch; });
  return row == c.rows.end() ? nullptr : &*row;
}

/// The first row whose loss is the sum of the terms that the last row's is: in stages of a run others count.
const EpochRow& first_alike(std::span<const EpochRow> rows) {
  const auto alike = [&](const EpochRow& row) {
    const std::vector<double>& last = rows.back().terms;
    return std::equal(row.terms.begin(), row.terms.end(), last.begin(), last.end(),
                      [](double a, double b) { return std::isnan(a) == std::isnan(b); });
  };
  std::size_t first = rows.size() - 1;
  while (first > 0 && alike(rows[first - 1])) --first;
  return rows[first];
}

std::string kept_model(const Course& c) {
  std::string text = " The model is that of epoch " + std::to_string(c.best_epoch);
  if (std::isfinite(c.best_mse100)) text += ", mse100 " + figure(c.best_mse100, "%.2f");
  return text + ".";
}

}  // namespace

double mean_shape_mse100(const Dataset& data, const std::vector<float>& mean_shape) {
  std::vector<float> predictions;
  predictions.reserve(data.size() * mean_shape.size());
  for (std::size_t i = 0; i < data.size(); ++i) to_pixels(mean_shape, data.width(i), data.height(i), predictions);
  return compute_metrics(data, predictions).mse100;
}

Verdict judge_course(const Course& c) {
  if (c.rows.empty()) return {};
  const EpochRow& first = first_alike(c.rows);
  const EpochRow& last = c.rows.back();
  const bool known = std::isfinite(c.best_mse100) && std::isfinite(c.mean_shape_mse100);
  const bool no_better = known && c.best_mse100 > kNoBetter * c.mean_shape_mse100;
  const bool early = last.step < kFewSteps;
  const double far = (early ? kFarWorseEarly : kFarWorse) * std::max(c.mean_shape_mse100, kLeastError);
  const bool far_worse = known && c.best_mse100 > far;
  const std::string nothing = "no better than always answering the mean shape (" + figure(c.mean_shape_mse100) + ")";
  const std::string remedy = " Try a lower --lr, --clip 1 or a longer --warmup.";
  if (last.train_loss > first.train_loss * (1 + uncertainty(c.train_images))) {
    return {true, false,
            "the training diverged: its last loss (" + figure(last.train_loss, "%.4g") + ") is above that of epoch " +
                std::to_string(first.epoch) + " (" + figure(first.train_loss, "%.4g") + ")" +
                (no_better ? ", and the best validation error (" + figure(c.best_mse100) + ") is " + nothing : "") +
                "." + remedy + kept_model(c)};
  }
  const EpochRow* best = best_row(c);
  if (far_worse && best != nullptr && best->fit_mse100 < kNoBetter * c.mean_shape_mse100) {
    return {true, false,
            "the training faces were learnt (mse100 " + figure(best->fit_mse100) + "), but the validation error (" +
                figure(c.best_mse100) + ") is " + nothing +
                ". Their points do not mean the same: compare order and unit of both tables."};
  }
  // Networks with batch norm, or that start elsewhere than at the mean shape, are far off at first without diverging.
  if (far_worse && last.train_mse100 > far && c.best_mse100 > c.untrained_mse100()) {
    return {true, false,
            "the training diverged: the best validation error (" + figure(c.best_mse100) + ") is " + nothing +
                " and worse than that of the untrained network." + remedy + kept_model(c)};
  }
  if (!no_better) return {};
  const std::string text = "the best validation error (" + figure(c.best_mse100) + ") is " + nothing;
  if (early) return {false, true, text + " after " + std::to_string(last.step) + " steps; try more --epochs"};
  return {false, false, text + ". Look at the labels with fpcpu inspect, or try more --epochs or another --lr."};
}

}  // namespace fpcpu
