// SPDX-License-Identifier: MIT
#include "heads/error_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/similarity.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kFewestFaces = 10;
constexpr double kSoftening = 0.3;      // % of the normaliser: below it, errors are all the same
constexpr double kLeastStrange = 0.02;  // likewise, radii of a face
constexpr double kFacesOfPrior = 5;     // a point's level counts as much as those of all points after so many faces
constexpr double kRidge = 1e-3;         // of the number of points looked at
constexpr double kLargest = 1000;       // %: what is far from all that was learnt from

Complex at(std::span<const float> points, std::size_t k) {
  return {static_cast<double>(points[2 * k]), static_cast<double>(points[2 * k + 1])};
}

/// log(s_k + kLeastStrange) of each point.
void strangeness_of(std::span<const float> points, std::span<const float> mean_shape, std::span<double> out) {
  const Similarity fit = fit_similarity(
      out.size(), [&](std::size_t k) { return at(mean_shape, k); }, [&](std::size_t k) { return at(points, k); },
      [](std::size_t) { return 1.0; });
  const double radius = std::max(std::abs(fit.turn_and_size) * fit.spread, 1e-9);
  for (std::size_t k = 0; k < out.size(); ++k) {
    out[k] = std::log(std::abs(at(points, k) - fit(at(mean_shape, k))) / radius + kLeastStrange);
  }
}

/// What is known of one point in one face.
struct Row {
  std::size_t point;
  double doubt, strangeness, error;
};

std::vector<Row> rows_of(const FoundFaces& faces, std::span<const float> mean_shape, std::size_t points) {
  std::vector<Row> rows;
  std::vector<double> strangeness(points);
  for (std::size_t i = 0; i < faces.errors.size() / points; ++i) {
    strangeness_of(faces.points.subspan(2 * i * points, 2 * points), mean_shape, strangeness);
    for (std::size_t k = 0; k < points; ++k) {
      const auto error = static_cast<double>(faces.errors[i * points + k]);
      const auto doubt = static_cast<double>(faces.doubts[i * points + k]);
      if (std::isfinite(error) && std::isfinite(doubt) && std::isfinite(strangeness[k])) {
        rows.push_back({k, doubt, strangeness[k], error});
      }
    }
  }
  return rows;
}

struct Slopes {
  double doubt = 0, strangeness = 0;
};

/// Least squares within points: what differs from face to face, not from point to point.
Slopes fit_slopes(const std::vector<Row>& rows, std::size_t points) {
  struct Mean {
    double count = 0, doubt = 0, strangeness = 0, y = 0;
  };
  std::vector<Mean> means(points);
  for (const Row& r : rows) {
    Mean& m = means[r.point];
    m.count += 1;
    m.doubt += r.doubt;
    m.strangeness += r.strangeness;
    m.y += std::log(r.error + kSoftening);
  }
  double dd = kRidge * static_cast<double>(rows.size());
  double ss = dd;
  double ds = 0;
  double dy = 0;
  double sy = 0;
  for (const Row& r : rows) {
    const Mean& m = means[r.point];
    const double d = r.doubt - m.doubt / m.count;
    const double s = r.strangeness - m.strangeness / m.count;
    const double y = std::log(r.error + kSoftening) - m.y / m.count;
    dd += d * d;
    ss += s * s;
    ds += d * s;
    dy += d * y;
    sy += s * y;
  }
  const double determinant = dd * ss - ds * ds;
  return {(ss * dy - ds * sy) / determinant, (dd * sy - ds * dy) / determinant};
}

double factor_of(double doubt, double strangeness, double doubt_slope, double strangeness_slope) {
  return std::exp(std::clamp(doubt_slope * doubt + strangeness_slope * strangeness, -20.0, 20.0));
}

}  // namespace

ErrorModel fit_error_model(const FoundFaces& faces, std::span<const float> mean_shape, const std::string& unit) {
  const std::size_t points = mean_shape.size() / 2;
  if (points == 0 || faces.errors.size() / points < kFewestFaces) return {};
  const std::vector<Row> rows = rows_of(faces, mean_shape, points);
  if (rows.size() < kFewestFaces) return {};
  const Slopes slopes = fit_slopes(rows, points);
  // The level of a point is the factor between its errors and what the other terms say of them.
  std::vector<double> errors(points);
  std::vector<double> factors(points);
  double all_errors = 0;
  double all_factors = 0;
  for (const Row& r : rows) {
    const double factor = factor_of(r.doubt, r.strangeness, slopes.doubt, slopes.strangeness);
    errors[r.point] += r.error;
    factors[r.point] += factor;
    all_errors += r.error;
    all_factors += factor;
  }
  const double prior = kFacesOfPrior / static_cast<double>(rows.size());
  ErrorModel model{unit,
                   {},
                   static_cast<float>(slopes.doubt),
                   static_cast<float>(slopes.strangeness),
                   static_cast<float>(all_errors / static_cast<double>(rows.size()))};
  for (std::size_t k = 0; k < points; ++k) {
    const double level = (errors[k] + prior * all_errors) / (factors[k] + prior * all_factors);
    model.level.push_back(static_cast<float>(std::log(std::max(level, 1e-6))));
  }
  return model;
}

void expect_errors(const ErrorModel& model, std::span<const float> mean_shape, std::span<const float> points,
                   std::span<const float> doubts, std::span<float> errors) {
  std::vector<double> strangeness(errors.size());
  strangeness_of(points, mean_shape, strangeness);
  for (std::size_t k = 0; k < errors.size(); ++k) {
    const double e = std::exp(static_cast<double>(model.level[k])) *
                     factor_of(static_cast<double>(doubts[k]), strangeness[k], static_cast<double>(model.doubt),
                               static_cast<double>(model.strangeness));
    errors[k] = static_cast<float>(std::min(e, kLargest));
  }
}

}  // namespace fpcpu
