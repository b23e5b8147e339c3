// SPDX-License-Identifier: MIT
#include "search/lr_curve.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/number_text.hpp"
#include "report/html_text.hpp"
#include "report/line_chart.hpp"

namespace fpcpu {

namespace {

/// A fall by less than this is noise.
constexpr double kFall = 0.10;
/// Beyond the lowest loss training is about to come apart. The usual advice of a tenth of that rate is too careful with
/// a warm-up: AdamW on 913 photographs (4 epochs, 48 px, lowest at 2.6e-3) reached mse100 21.5, 15.0, 11.3 and 23.1
/// with rates of 2e-4, 6e-4, 2e-3 and 6e-3.
constexpr double kBelowLowest = 0.5;

ChartSeries series(const LrFindResult& result, const char* label, const char* style, double LrPoint::*value) {
  ChartSeries s{label, style, {}};
  for (const LrPoint& p : result.curve) s.points.emplace_back(p.lr, p.*value);
  return s;
}

}  // namespace

void smooth(std::span<LrPoint> curve, int steps) {
  const double deviation = std::max(steps / 40.0, 0.5);
  const auto size = static_cast<std::ptrdiff_t>(curve.size());
  const auto reach = static_cast<std::ptrdiff_t>(std::ceil(3 * deviation));
  for (std::ptrdiff_t i = 0; i < size; ++i) {
    double sum = 0;
    double weights = 0;
    for (std::ptrdiff_t j = std::max<std::ptrdiff_t>(0, i - reach); j < std::min(size, i + reach + 1); ++j) {
      const double distance = static_cast<double>(j - i) / deviation;
      const double weight = std::exp(-0.5 * distance * distance);
      sum += weight * curve[static_cast<std::size_t>(j)].loss;
      weights += weight;
    }
    curve[static_cast<std::size_t>(i)].smoothed = sum / weights;
  }
}

void read_off(LrFindResult& result) {
  result.lowest = result.steepest = result.suggestion = std::numeric_limits<double>::quiet_NaN();
  const auto& curve = result.curve;
  if (curve.size() < 3) return;
  const auto lowest = std::min_element(curve.begin(), curve.end(),
                                       [](const LrPoint& a, const LrPoint& b) { return a.smoothed < b.smoothed; });
  const auto highest_before = std::max_element(
      curve.begin(), lowest + 1, [](const LrPoint& a, const LrPoint& b) { return a.smoothed < b.smoothed; });
  result.lowest = lowest->lr;
  double steepest_fall = 0;
  for (auto p = curve.begin() + 1; p < lowest && p + 1 < curve.end(); ++p) {
    const double fall = ((p - 1)->smoothed - (p + 1)->smoothed) / std::log10((p + 1)->lr / (p - 1)->lr);
    if (fall <= steepest_fall) continue;
    steepest_fall = fall;
    result.steepest = p->lr;
  }
  if (lowest->smoothed < (1 - kFall) * highest_before->smoothed) result.suggestion = kBelowLowest * result.lowest;
}

std::string lr_curve_csv(const LrFindResult& result) {
  std::string text = "lr,loss,smoothed\n";
  for (const LrPoint& p : result.curve) {
    text += exact_cell(p.lr) + "," + exact_cell(p.loss) + "," + exact_cell(p.smoothed) + "\n";
  }
  return text;
}

std::string lr_curve_svg(const LrFindResult& result) {
  const bool found = !std::isnan(result.suggestion);
  return chart_file({.title = "Loss by learning rate",
                     .x_label = "learning rate",
                     .series = {series(result, "loss", "train", &LrPoint::loss),
                                series(result, "smoothed", "val", &LrPoint::smoothed)},
                     .log_x = true,
                     .mark_x = found ? result.suggestion : 0,
                     .mark_label = found ? "suggested " + html::number(result.suggestion, 2) : ""});
}

}  // namespace fpcpu
