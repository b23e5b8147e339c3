// SPDX-License-Identifier: MIT
#include "report/error_charts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/line_chart.hpp"

namespace fpcpu {

namespace {

constexpr double kLimit = 8;  // percent: the field's usual threshold of failure

/// In percent, finite values only, in order.
std::vector<double> sorted_percent(const std::vector<double>& nme) {
  std::vector<double> percent;
  for (const double v : nme) {
    if (std::isfinite(v)) percent.push_back(100 * v);
  }
  std::sort(percent.begin(), percent.end());
  return percent;
}

double percentile95(const std::vector<double>& sorted) { return sorted[(sorted.size() - 1) * 95 / 100]; }

}  // namespace

std::string cumulative_error_card(std::vector<double> nme) {
  nme = sorted_percent(nme);
  if (nme.empty()) return {};
  constexpr int kSamples = 160;
  const double end = std::max(1.1 * kLimit, 1.2 * percentile95(nme));
  ChartSeries series{"images", "val", {}};
  for (int i = 0; i <= kSamples; ++i) {
    const double x = end * i / kSamples;
    const auto below = std::upper_bound(nme.begin(), nme.end(), x) - nme.begin();
    series.points.emplace_back(x, 100.0 * static_cast<double>(below) / static_cast<double>(nme.size()));
  }
  return chart_card(
      {.title = "Images up to an error",
       .x_label = "NME, %",
       .series = {std::move(series)},
       .from_zero = true,
       .mark_x = kLimit,
       .mark_label = "8 %",
       .mark_low = true},
      "Percent of the validation images whose error is at most x. The earlier the curve is at the top, the "
      "better; images to the right of the mark count as failures.");
}

std::string error_histogram_card(std::vector<double> nme) {
  nme = sorted_percent(nme);
  if (nme.empty()) return {};
  const double wanted = std::max(percentile95(nme) * 1.25, 1.0);
  const double width = linear_ticks(0, wanted, 24)[1];
  const auto bins = static_cast<std::size_t>(std::ceil(wanted / width));
  std::vector<int> counts(bins, 0);
  for (const double v : nme) ++counts[std::min(static_cast<std::size_t>(v / width), bins - 1)];
  ChartSeries bars{"images", "val", {}, true};
  for (std::size_t b = 0; b < bins; ++b) {
    const double left = width * (static_cast<double>(b) + 0.06);
    const double right = width * (static_cast<double>(b) + 0.94);
    for (const auto& [x, y] : {std::pair{left, 0}, {left, counts[b]}, {right, counts[b]}, {right, 0}}) {
      bars.points.emplace_back(x, y);
    }
    bars.points.emplace_back(right, std::numeric_limits<double>::quiet_NaN());
  }
  const double median = nme[nme.size() / 2];
  return chart_card({.title = "How large the errors are",
                     .x_label = "NME, %",
                     .series = {std::move(bars)},
                     .from_zero = true,
                     .mark_x = median,
                     .mark_label = "median"},
                    "Number of validation images by their error. The last bar holds all that are worse.");
}

}  // namespace fpcpu
