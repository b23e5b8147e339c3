#include "train/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fpcpu {

namespace {

constexpr double kThreshold = 0.08;

double normaliser(const Landmarks& truth) {
  const std::size_t points = truth.visible.size();
  const auto x = [&](std::size_t k) { return static_cast<double>(truth.xy[2 * k]); };
  const auto y = [&](std::size_t k) { return static_cast<double>(truth.xy[2 * k + 1]); };
  if (points == 14 && truth.visible[4] != 0 && truth.visible[9] != 0) return std::hypot(x(4) - x(9), y(4) - y(9));
  double left = std::numeric_limits<double>::max();
  double top = left;
  double right = -left;
  double bottom = -left;
  for (std::size_t k = 0; k < points; ++k) {
    if (truth.visible[k] == 0) continue;
    left = std::min(left, x(k));
    right = std::max(right, x(k));
    top = std::min(top, y(k));
    bottom = std::max(bottom, y(k));
  }
  return std::hypot(right - left, bottom - top);
}

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

Metrics compute_metrics(const Dataset& data, std::span<const float> predictions) {
  Metrics m;
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
      const double size = normaliser(truth);
      error = {squares / visible, size > 0 ? distances / visible / size : std::numeric_limits<double>::quiet_NaN()};
      m.mse100 += error.mse100;
      ++m.images;
      if (size > 0) nmes.push_back(error.nme);
    }
    m.per_image.push_back(error);
  }
  m.mse100 /= static_cast<double>(m.images);  // NaN without any visible point
  if (nmes.empty()) m.nme = m.auc08 = m.fr08 = std::numeric_limits<double>::quiet_NaN();
  m.rmse100 = std::sqrt(m.mse100);
  for (const double e : nmes) {
    const double share = 1.0 / static_cast<double>(nmes.size());
    m.nme += e * share;
    m.auc08 += std::max(0.0, 1.0 - e / kThreshold) * share;
    m.fr08 += e > kThreshold ? share : 0.0;
  }
  m.median = percentile(nmes, 0.5);
  m.p95 = percentile(nmes, 0.95);
  for (std::size_t k = 0; k < points; ++k) {
    m.per_point.push_back(point_count[k] > 0 ? point_sum[k] / point_count[k]
                                             : std::numeric_limits<double>::quiet_NaN());
  }
  return m;
}

}  // namespace fpcpu
