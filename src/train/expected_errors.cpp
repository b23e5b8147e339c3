// SPDX-License-Identifier: MIT
#include "train/expected_errors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "core/coordinates.hpp"
#include "data/normaliser.hpp"

namespace fpcpu {

namespace {

/// Predictions as the network emits them, and how far each is off, % of the normaliser; NaN where that is not known.
struct Points {
  std::vector<float> fractions, errors;
};

Points points_of(const Dataset& data, const Evaluation& judged, const Normaliser& normaliser) {
  const auto count = static_cast<std::size_t>(data.points());
  Points points;
  points.fractions.reserve(judged.predictions.size());
  points.errors.reserve(judged.doubts.size());
  for (std::size_t i = 0; i < data.size(); ++i) {
    const Landmarks& truth = data.landmarks(i);
    const double length = normaliser.length(truth);
    for (std::size_t k = 0; k < count; ++k) {
      const float x = judged.predictions[2 * (i * count + k)];
      const float y = judged.predictions[2 * (i * count + k) + 1];
      points.fractions.push_back(pixel_to_fraction(x, data.width(i)));
      points.fractions.push_back(pixel_to_fraction(y, data.height(i)));
      const float distance = std::hypot(x - truth.xy[2 * k], y - truth.xy[2 * k + 1]);
      points.errors.push_back(truth.visible[k] != 0 ? static_cast<float>(100 * static_cast<double>(distance) / length)
                                                    : std::numeric_limits<float>::quiet_NaN());
    }
  }
  return points;
}

/// Places in ascending order; equal values share the mean of theirs.
std::vector<double> ranks_of(const std::vector<float>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = 0.5 * static_cast<double>(begin + end - 1);
  }
  return ranks;
}

double rank_correlation(const std::vector<float>& a, const std::vector<float>& b) {
  const std::vector<double> ra = ranks_of(a);
  const std::vector<double> rb = ranks_of(b);
  const double middle = 0.5 * static_cast<double>(a.size() - 1);
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (ra[i] - middle) * (rb[i] - middle);
    aa += (ra[i] - middle) * (ra[i] - middle);
    bb += (rb[i] - middle) * (rb[i] - middle);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0.0;
}

}  // namespace

ErrorModel learn_errors(const Model& model, const Dataset& data, const Evaluation& judged, const std::string& nme) {
  const Normaliser normaliser(nme, data.points());
  const Points points = points_of(data, judged, normaliser);
  return fit_error_model({points.fractions, judged.doubts, points.errors}, model.preprocessing.mean_shape,
                         normaliser.name());
}

ErrorForecast check_forecast(const Model& model, const Dataset& data, const Evaluation& judged) {
  if (model.errors.empty()) return {};
  const Points points = points_of(data, judged, Normaliser(model.errors.unit, data.points()));
  const auto count = static_cast<std::size_t>(data.points());
  std::vector<float> expected(count);
  std::vector<float> forecast;
  std::vector<float> actual;
  for (std::size_t i = 0; i < data.size(); ++i) {
    expect_errors(model.errors, model.preprocessing.mean_shape,
                  std::span(points.fractions).subspan(2 * i * count, 2 * count),
                  std::span(judged.doubts).subspan(i * count, count), expected);
    for (std::size_t k = 0; k < count; ++k) {
      if (!std::isfinite(points.errors[i * count + k])) continue;
      forecast.push_back(expected[k]);
      actual.push_back(points.errors[i * count + k]);
    }
  }
  if (actual.empty()) return {};
  const auto mean = [](const std::vector<float>& v) {
    return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
  };
  return {actual.size(), mean(forecast), mean(actual), rank_correlation(forecast, actual)};
}

}  // namespace fpcpu
