// SPDX-License-Identifier: MIT
#include "train/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/normaliser.hpp"

namespace fpcpu {

namespace {

constexpr double kThreshold = 0.08;

/// Linear interpolation between order statistics.
double percentile(std::vector<double> values, double q) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const double position = q * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(position);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  const double part = position - static_cast<double>(low);
  return values[low] * (1 - part) + values[high] * part;
}

}  // namespace

Metrics compute_metrics(const Dataset& data, std::span<const float> predictions, std::string_view nme) {
  const Normaliser normaliser(nme, data.points());
  Metrics m;
  m.nme_by = normaliser.name();
  const auto points = static_cast<std::size_t>(data.points());
  std::vector<double> point_sum(points, 0.0);
  std::vector<double> point_count(points, 0.0);
  std::vector<double> nmes;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const Landmarks& truth = data.landmarks(i);
    const double sx = 100.0 / data.width(i);
    const double sy = 100.0 / data.height(i);
    double squares = 0;
    double distances = 0;
    double visible = 0;
    for (std::size_t k = 0; k < points; ++k) {
      if (truth.visible[k] == 0) continue;
      const float* found = predictions.data() + (i * points + k) * 2;
      const double dx = static_cast<double>(found[0]) - static_cast<double>(truth.xy[2 * k]);
      const double dy = static_cast<double>(found[1]) - static_cast<double>(truth.xy[2 * k + 1]);
      const double square = (dx * sx * dx * sx + dy * sy * dy * sy) / 2;
      squares += square;
      distances += std::hypot(dx, dy);
      visible += 1;
      point_sum[k] += square;
      point_count[k] += 1;
    }
    ImageError error{std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
    if (visible > 0) {
      error = {squares / visible, distances / visible / normaliser.length(truth)};
      m.mse100 += error.mse100;
      ++m.images;
      if (!std::isnan(error.nme)) nmes.push_back(error.nme);
    }
    m.per_image.push_back(error);
  }
  m.mse100 /= static_cast<double>(m.images);  // NaN without any visible point
  m.rmse100 = std::sqrt(m.mse100);
  m.nme_images = nmes.size();
  for (const double e : nmes) {
    m.nme += e;
    m.auc08 += std::max(0.0, 1.0 - e / kThreshold);
    m.fr08 += e > kThreshold ? 1.0 : 0.0;
  }
  // NaN where no image has an NME. Divided last, so that a part of all is at most 1.
  for (double* sum : {&m.nme, &m.auc08, &m.fr08}) *sum /= static_cast<double>(nmes.size());
  m.median = percentile(nmes, 0.5);
  m.p95 = percentile(nmes, 0.95);
  for (std::size_t k = 0; k < points; ++k) {
    m.per_point.push_back(point_count[k] > 0 ? point_sum[k] / point_count[k]
                                             : std::numeric_limits<double>::quiet_NaN());
  }
  return m;
}

}  // namespace fpcpu
