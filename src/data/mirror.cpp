#include "data/mirror.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "fpcpu/dataset.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

bool is_involution(std::span<const int> mirror) {
  const int n = static_cast<int>(mirror.size());
  for (int k = 0; k < n; ++k) {
    const int other = mirror[static_cast<std::size_t>(k)];
    if (other < 0 || other >= n || mirror[static_cast<std::size_t>(other)] != k) return false;
  }
  return true;
}

std::vector<int> parse_mirror(std::string_view text, int points) {
  std::vector<int> mirror;
  const auto fail = [&](const std::string& why) {
    throw Error(ErrorCode::usage, "the mirror table '" + std::string(text) + "' " + why);
  };
  for (const char* p = text.data(); true;) {
    const char* end = text.data() + text.size();
    while (p != end && *p == ' ') ++p;
    int value = 0;
    const auto parsed = std::from_chars(p, end, value);
    if (parsed.ec != std::errc{}) fail("is not a list of numbers such as 3,2,1,0.");
    mirror.push_back(value);
    p = parsed.ptr;
    while (p != end && *p == ' ') ++p;
    if (p == end) break;
    if (*p != ',') fail("is not a list of numbers such as 3,2,1,0.");
    ++p;
  }
  if (static_cast<int>(mirror.size()) != points) {
    fail("has " + std::to_string(mirror.size()) + " numbers, expected one for each of the " + std::to_string(points) +
         " points.");
  }
  if (!is_involution(mirror)) fail("does not undo itself: if point a becomes b, point b must become a.");
  return mirror;
}

std::vector<int> best_assignment(std::span<const double> cost, int n) {
  const double far = std::numeric_limits<double>::infinity();
  const auto size = static_cast<std::size_t>(n) + 1;
  std::vector<double> row_potential(size, 0);
  std::vector<double> column_potential(size, 0);
  std::vector<std::size_t> row_of(size, 0);  // row_of[column], both counted from 1; column 0 is the entry
  for (std::size_t row = 1; row < size; ++row) {
    std::vector<double> shortest(size, far);
    std::vector<std::size_t> previous(size, 0);
    std::vector<bool> done(size, false);
    std::size_t column = 0;
    row_of[0] = row;
    do {
      done[column] = true;
      const std::size_t r = row_of[column];
      double delta = far;
      std::size_t next = 0;
      for (std::size_t c = 1; c < size; ++c) {
        if (done[c]) continue;
        const double reduced = cost[(r - 1) * (size - 1) + c - 1] - row_potential[r] - column_potential[c];
        if (reduced < shortest[c]) {
          shortest[c] = reduced;
          previous[c] = column;
        }
        if (shortest[c] < delta) {
          delta = shortest[c];
          next = c;
        }
      }
      for (std::size_t c = 0; c < size; ++c) {
        if (done[c]) {
          row_potential[row_of[c]] += delta;
          column_potential[c] -= delta;
        } else {
          shortest[c] -= delta;
        }
      }
      column = next;
    } while (row_of[column] != 0);
    while (column != 0) {
      row_of[column] = row_of[previous[column]];
      column = previous[column];
    }
  }
  std::vector<int> assignment(static_cast<std::size_t>(n));
  for (std::size_t c = 1; c < size; ++c) assignment[row_of[c] - 1] = static_cast<int>(c) - 1;
  return assignment;
}

namespace {

/// Largest root mean square distance of partners, relative to the diagonal of the shape divided by sqrt(K): points of a
/// denser shape are closer to each other. A mean face turned sideways needs some of it.
constexpr double kMirrorResidual = 0.2;

struct Centred {
  std::vector<double> x, y;
  double diagonal = 0;

  explicit Centred(std::span<const float> shape) {
    const std::size_t n = shape.size() / 2;
    double mean_x = 0;
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

}  // namespace

std::vector<int> derive_mirror(std::span<const float> mean_shape) {
  const Centred shape(mean_shape);
  const std::size_t n = shape.x.size();
  // The mean of few faces is rolled a little, and its mirror image the other way: alternate between the best pairs and
  // the rotation that brings the mirror image back.
  std::vector<int> mirror;
  double angle = 0;
  double residual = 0;
  for (int round = 0; round < 8; ++round) {
    const std::vector<double> cost = mirrored_distances(shape, angle);
    std::vector<int> next = best_assignment(cost, static_cast<int>(n));
    residual = 0;
    for (std::size_t i = 0; i < n; ++i) residual += cost[i * n + static_cast<std::size_t>(next[i])];
    if (next == mirror) break;
    mirror = std::move(next);
    angle = best_rotation(shape, mirror);
  }
  residual = std::sqrt(residual / static_cast<double>(n));
  if (!is_involution(mirror) || residual > kMirrorResidual * shape.diagonal / std::sqrt(static_cast<double>(n))) {
    throw Error(ErrorCode::format,
                "which points change places in a mirrored image cannot be told from the mean shape of these " +
                    std::to_string(n) + " points. Give the table with --mirror, e.g. --mirror \"1,0,2\".");
  }
  return mirror;
}

}  // namespace fpcpu
