// SPDX-License-Identifier: MIT
#include "data/inspect/shape_model.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "data/inspect/extent.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kMostFaces = 200;
constexpr std::size_t kFewestToFit = 3;

/// A point of a face and the one of the model that it is compared with.
struct Pair {
  Complex face;
  Complex model;
};

/// The least-squares placement with weights.
Placement weighted(const std::vector<Pair>& pairs, const std::vector<double>& weights) {
  const Similarity fit = fit_similarity(
      pairs.size(), [&](std::size_t i) { return pairs[i].model; }, [&](std::size_t i) { return pairs[i].face; },
      [&](std::size_t i) { return weights[i]; });
  return {fit.turn_and_size, fit.to - fit.turn_and_size * fit.from};
}

std::vector<double> distances(const std::vector<Pair>& pairs, const Placement& p) {
  std::vector<double> d;
  d.reserve(pairs.size());
  for (const Pair& pair : pairs) d.push_back(std::abs(pair.face - p.turn_and_size * pair.model - p.shift));
  return d;
}

double median_distance(const std::vector<Pair>& pairs, const Placement& p) {
  return median(distances(pairs, p)) / std::max(p.radius(), 1e-9);
}

Complex middle(const std::vector<Complex>& points) {
  std::vector<double> x;
  std::vector<double> y;
  for (const Complex& p : points) {
    x.push_back(p.real());
    y.push_back(p.imag());
  }
  return {median(std::move(x)), median(std::move(y))};
}

double radius(const std::vector<Complex>& points, Complex centre) {
  std::vector<double> r;
  for (const Complex& p : points) r.push_back(std::abs(p - centre));
  return median(std::move(r));
}

/// Reweighted least squares (Geman-McClure) from a start that wrong points do not move: medians, turned by `angle`.
Placement robust(const std::vector<Pair>& pairs, double angle) {
  std::vector<Complex> face;
  std::vector<Complex> model;
  for (const Pair& p : pairs) {
    face.push_back(p.face);
    model.push_back(p.model);
  }
  const Complex face_middle = middle(face);
  const Complex model_middle = middle(model);
  Placement p;
  p.turn_and_size = std::polar(radius(face, face_middle) / std::max(radius(model, model_middle), 1e-9), angle);
  p.shift = face_middle - p.turn_and_size * model_middle;
  std::vector<double> weights(pairs.size());
  for (int round = 0; round < 6; ++round) {
    const std::vector<double> d = distances(pairs, p);
    const double scale = std::max(2 * median(d), 1e-6 * p.radius() + 1e-9);
    for (std::size_t i = 0; i < d.size(); ++i) {
      const double part = d[i] / scale;
      weights[i] = 1 / ((1 + part * part) * (1 + part * part));
    }
    p = weighted(pairs, weights);
  }
  p.misfit = median_distance(pairs, p);
  return p;
}

/// Moved to 0 and scaled to radius 1, over the known points.
void normalise(std::vector<Complex>& model, const std::vector<bool>& known) {
  Complex sum = 0;
  double count = 0;
  for (std::size_t k = 0; k < model.size(); ++k) {
    if (!known[k]) continue;
    sum += model[k];
    count += 1;
  }
  double square = 0;
  for (std::size_t k = 0; k < model.size(); ++k) {
    if (!known[k]) continue;
    model[k] -= sum / count;
    square += std::norm(model[k]);
  }
  const double size = std::sqrt(square / std::max(count, 1.0));
  for (Complex& p : model) p /= std::max(size, 1e-9);
}

}  // namespace

std::vector<float> flat_shape(const ShapeModel& model) {
  std::vector<float> shape;
  for (std::size_t k = 0; k < model.points().size(); ++k) {
    if (!model.knows(k)) continue;
    shape.push_back(static_cast<float>(model.points()[k].real()));
    shape.push_back(static_cast<float>(model.points()[k].imag()));
  }
  return shape;
}

bool is_upright(const MirrorFit& fit) {
  return is_involution(fit.mirror) && fit.residual <= 1 && std::abs(fit.turn) < 0.52;
}

std::vector<int> upright_mirror(const ShapeModel& model) {
  if (model.known() < model.points().size()) return {};
  MirrorFit fit = fit_mirror(flat_shape(model));
  return is_upright(fit) ? std::move(fit.mirror) : std::vector<int>{};
}

std::vector<std::size_t> all_faces(const Dataset& data) {
  std::vector<std::size_t> faces(data.size());
  std::iota(faces.begin(), faces.end(), std::size_t{0});
  return faces;
}

std::optional<Complex> position(const Landmarks& face, std::size_t k) {
  if (face.visible[k] == 0 || is_usual_mark(face.xy[2 * k], face.xy[2 * k + 1])) return std::nullopt;
  return Complex(face.xy[2 * k], face.xy[2 * k + 1]);
}

ShapeModel::ShapeModel(const Dataset& data, std::span<const std::size_t> faces)
    : model_(static_cast<std::size_t>(data.points())), known_(model_.size(), false) {
  std::vector<std::size_t> chosen;
  const std::size_t count = std::min(faces.size(), kMostFaces);
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(faces[i * faces.size() / count]);
  // First round: every face moved and scaled by medians; then by its placement on what the round before found.
  for (int round = 0; round < 3; ++round) {
    std::vector<std::vector<double>> x(model_.size());
    std::vector<std::vector<double>> y(model_.size());
    for (const std::size_t i : chosen) {
      const Landmarks& face = data.landmarks(i);
      Placement p;
      if (round == 0) {
        std::vector<Complex> points;
        for (std::size_t k = 0; k < model_.size(); ++k) {
          if (const auto at = position(face, k)) points.push_back(*at);
        }
        if (points.empty()) continue;
        p.shift = middle(points);
        p.turn_and_size = std::max(radius(points, p.shift), 1e-6);
      } else if (const auto placed = place(face)) {
        p = *placed;
      } else {
        continue;
      }
      for (std::size_t k = 0; k < model_.size(); ++k) {
        const auto at = position(face, k);
        if (!at) continue;
        const Complex on_model = (*at - p.shift) / p.turn_and_size;
        x[k].push_back(on_model.real());
        y[k].push_back(on_model.imag());
      }
    }
    for (std::size_t k = 0; k < model_.size(); ++k) {
      known_[k] = 4 * x[k].size() >= chosen.size() && !x[k].empty();
      model_[k] = known_[k] ? Complex(median(std::move(x[k])), median(std::move(y[k]))) : Complex(0);
    }
    normalise(model_, known_);
  }
}

std::size_t ShapeModel::known() const noexcept {
  return static_cast<std::size_t>(std::count(known_.begin(), known_.end(), true));
}

std::optional<Placement> ShapeModel::place(const Landmarks& face, std::span<const int> order) const {
  std::vector<Pair> pairs;
  pairs.reserve(model_.size());
  for (std::size_t k = 0; k < model_.size(); ++k) {
    const std::size_t of_model = order.empty() ? k : static_cast<std::size_t>(order[k]);
    const auto at = position(face, k);
    if (at && known_[of_model]) pairs.push_back({*at, model_[of_model]});
  }
  if (pairs.size() < kFewestToFit) return std::nullopt;
  // Nearly every face is all right, and then least squares tell it: a point far off leaves large distances.
  const double all_near = pairs.size() < 8 ? 0.35 : 0.6;
  Placement plain = weighted(pairs, std::vector<double>(pairs.size(), 1.0));
  const std::vector<double> d = distances(pairs, plain);
  if (*std::max_element(d.begin(), d.end()) < all_near * plain.radius()) {
    plain.misfit = median_distance(pairs, plain);
    return plain;
  }
  constexpr double kGood = 0.25;
  Placement best = robust(pairs, 0);
  for (const double angle : {0.5, 1.0, -0.5}) {
    if (best.misfit < kGood) break;
    const Placement other = robust(pairs, angle * std::numbers::pi);
    if (other.misfit < best.misfit) best = other;
  }
  return best;
}

}  // namespace fpcpu
