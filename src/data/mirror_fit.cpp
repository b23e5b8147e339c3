// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "data/assignment.hpp"
#include "data/mirror.hpp"

namespace fpcpu {

namespace {

/// Largest root mean square distance of partners, relative to the diagonal of the shape divided by sqrt(K): points of a
/// denser shape are closer to each other. A mean face turned sideways needs some of it.
constexpr double kMirrorResidual = 0.2;

/// Largest distance between the middles of the shape and of its mirror image, in parts of the image and of the shape's
/// diagonal: faces need not be cut out exactly, but points of one side of a face lie farther off.
constexpr double kOffCentre = 0.04;
constexpr double kOffCentrePart = 0.25;

constexpr double kNever = 1e9;

struct Centred {
  std::vector<double> x, y;
  double mean_x = 0;
  double diagonal = 0;

  explicit Centred(std::span<const float> shape) {
    const std::size_t n = shape.size() / 2;
    double mean_y = 0;
    for (std::size_t k = 0; k < n; ++k) {
      mean_x += static_cast<double>(shape[2 * k]) / static_cast<double>(n);
      mean_y += static_cast<double>(shape[2 * k + 1]) / static_cast<double>(n);
    }
    for (std::size_t k = 0; k < n; ++k) {
      x.push_back(static_cast<double>(shape[2 * k]) - mean_x);
      y.push_back(static_cast<double>(shape[2 * k + 1]) - mean_y);
    }
    const auto [left, right] = std::minmax_element(x.begin(), x.end());
    const auto [top, bottom] = std::minmax_element(y.begin(), y.end());
    diagonal = std::hypot(*right - *left, *bottom - *top);
  }
};

/// cost[i*n + j]: squared distance of point j from the mirror image of point i, turned by `angle`. Squared: with plain
/// distances a mirrored pair and two points that stay can cost exactly the same.
std::vector<double> mirrored_distances(const Centred& shape, double angle) {
  const std::size_t n = shape.x.size();
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  std::vector<double> cost(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    const double u = -c * shape.x[i] - s * shape.y[i];
    const double v = -s * shape.x[i] + c * shape.y[i];
    for (std::size_t j = 0; j < n; ++j) {
      const double dx = u - shape.x[j];
      const double dy = v - shape.y[j];
      cost[i * n + j] = dx * dx + dy * dy;
    }
  }
  return cost;
}

/// Angle that turns the mirror image closest to its partners (Procrustes in the plane).
double best_rotation(const Centred& shape, const std::vector<int>& mirror) {
  double cross = 0;
  double dot = 0;
  for (std::size_t i = 0; i < shape.x.size(); ++i) {
    const auto j = static_cast<std::size_t>(mirror[i]);
    cross += -shape.x[i] * shape.y[j] - shape.y[i] * shape.x[j];
    dot += -shape.x[i] * shape.x[j] + shape.y[i] * shape.y[j];
  }
  return std::atan2(cross, dot);
}

/// Makes every pair but the known ones too dear.
void fix_pairs(std::vector<double>& cost, std::span<const int> fixed) {
  const std::size_t n = fixed.size();
  for (std::size_t i = 0; i < n; ++i) {
    if (fixed[i] < 0) continue;
    const auto partner = static_cast<std::size_t>(fixed[i]);
    for (std::size_t other = 0; other < n; ++other) cost[i * n + other] = cost[other * n + partner] = kNever;
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (fixed[i] >= 0) cost[i * n + static_cast<std::size_t>(fixed[i])] = 0;
  }
}

MirrorFit measured(const Centred& shape, std::vector<int> mirror, double angle) {
  const std::size_t n = shape.x.size();
  const std::vector<double> cost = mirrored_distances(shape, angle);
  MirrorFit fit;
  for (std::size_t i = 0; i < n; ++i) fit.residual += cost[i * n + static_cast<std::size_t>(mirror[i])];
  const double limit = kMirrorResidual * shape.diagonal / std::sqrt(static_cast<double>(n));
  fit.residual = std::sqrt(fit.residual / static_cast<double>(n)) / std::max(limit, 1e-9);
  fit.turn = angle;
  fit.off_centre = std::abs(2 * shape.mean_x) / (kOffCentre + kOffCentrePart * shape.diagonal);
  fit.mirror = std::move(mirror);
  return fit;
}

}  // namespace

MirrorFit fit_mirror(std::span<const float> mean_shape, std::span<const int> fixed) {
  const Centred shape(mean_shape);
  const std::size_t n = shape.x.size();
  // The mean of few faces is rolled a little, and its mirror image the other way: alternate between the best pairs and
  // the rotation that brings the mirror image back.
  std::vector<int> mirror;
  double angle = 0;
  double angle_of_pairs = 0;
  for (int round = 0; round < 8; ++round) {
    std::vector<double> cost = mirrored_distances(shape, angle);
    if (!fixed.empty()) fix_pairs(cost, fixed);
    std::vector<int> next = best_assignment(cost, static_cast<int>(n));
    angle_of_pairs = angle;
    if (next == mirror) break;
    mirror = std::move(next);
    angle = best_rotation(shape, mirror);
  }
  return measured(shape, std::move(mirror), angle_of_pairs);
}

MirrorFit fit_of_mirror(std::span<const float> mean_shape, std::vector<int> mirror) {
  const Centred shape(mean_shape);
  const double angle = best_rotation(shape, mirror);
  return measured(shape, std::move(mirror), angle);
}

}  // namespace fpcpu
