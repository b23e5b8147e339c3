// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <numbers>

#include "data/assignment.hpp"
#include "data/inspect/checks.hpp"
#include "data/inspect/shape_model.hpp"
#include "data/mirror.hpp"

namespace fpcpu {

namespace {

/// The model's points as fractions with the middle at 0, for fit_mirror().
std::vector<float> shape_of(const ShapeModel& model, bool exchanged) {
  std::vector<float> shape;
  for (std::size_t k = 0; k < model.points().size(); ++k) {
    if (!model.knows(k)) continue;
    const Complex p = model.points()[k];
    shape.push_back(static_cast<float>(exchanged ? p.imag() : p.real()));
    shape.push_back(static_cast<float>(exchanged ? p.real() : p.imag()));
  }
  return shape;
}

bool is_upright(const MirrorFit& fit) {
  return is_involution(fit.mirror) && fit.residual <= 1 && std::abs(fit.turn) < 0.52;
}

/// Whether the faces are alike above and below instead of left and right: x and y exchanged, or lying on their sides.
bool lie_on_their_sides(const ShapeModel& model) {
  return model.known() >= 5 && !is_upright(fit_mirror(shape_of(model, false))) &&
         is_upright(fit_mirror(shape_of(model, true)));
}

double mean_distance(const ShapeModel& a, const ShapeModel& b, std::span<const int> order) {
  double sum = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    sum += std::norm(b.points()[k] - a.points()[static_cast<std::size_t>(order[k])]);
  }
  return std::sqrt(sum / static_cast<double>(order.size()));
}

std::vector<int> identity(std::size_t n) {
  std::vector<int> order(n);
  for (std::size_t k = 0; k < n; ++k) order[k] = static_cast<int>(k);
  return order;
}

/// Which points of `a` those of `b` are, if that fits far better than one by one.
std::vector<int> other_order(const ShapeModel& a, const ShapeModel& b) {
  const std::size_t n = a.points().size();
  if (a.known() < n || b.known() < n || n < 3) return {};
  const double direct = mean_distance(a, b, identity(n));
  if (direct < 0.35) return {};
  std::vector<double> cost(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) cost[i * n + j] = std::norm(b.points()[i] - a.points()[j]);
  }
  std::vector<int> order = best_assignment(cost, static_cast<int>(n));
  return mean_distance(a, b, order) < 0.4 * direct ? order : std::vector<int>{};
}

/// "point 1 is where point 4 is in faces"
std::string example(const std::vector<int>& order, const std::string& other) {
  for (std::size_t k = 0; k < order.size(); ++k) {
    if (order[k] == static_cast<int>(k)) continue;
    return "point " + std::to_string(k + 1) + " lies where " + other + " has point " + std::to_string(order[k] + 1);
  }
  return {};
}

}  // namespace

std::vector<Finding> find_wrong_orders(JudgedSets sets) {
  std::vector<Finding> findings;
  std::vector<ShapeModel> models;
  for (const JudgedSet& set : sets) models.emplace_back(*set.data, all_faces(*set.data));
  for (std::size_t s = 0; s < sets.size(); ++s) {
    const auto add = [&](const std::string& text) {
      Finding f;
      f.id = "order";
      f.severity = Severity::refusal;
      for (const std::size_t i : all_faces(*sets[s].data)) f.faces.push_back({s, i});
      f.text = places(sets, f.faces, 1) + ": " + text;
      findings.push_back(std::move(f));
    };
    if (lie_on_their_sides(models[s])) {
      add("the faces lie on their sides: they are alike above and below instead of left and right. Are x and y "
          "exchanged, or the pictures turned (--exif)? Correct it, or --accept order if they are meant.");
      continue;
    }
    for (std::size_t before = 0; before < s; ++before) {
      const std::vector<int> order = other_order(models[before], models[s]);
      if (order.empty()) continue;
      const bool mirrored = is_upright(fit_mirror(shape_of(models[before], false))) &&
                            fit_mirror(shape_of(models[before], false)).mirror == order;
      add(std::string(mirrored ? "left and right are exchanged" : "the points have another order") + " against " +
          sets[before].name + ": " + example(order, sets[before].name) +
          ". Bring them into one order, or --accept order if they are meant.");
      break;
    }
  }
  return findings;
}

}  // namespace fpcpu
