// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/assignment.hpp"
#include "data/inspect/checks.hpp"
#include "data/inspect/extent.hpp"
#include "data/inspect/shape_model.hpp"
#include "data/mirror.hpp"
#include "data/tables/column_names.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kFewestToOrder = 5;  // that tell which way up a face is

/// Whether the faces are alike above and below instead of left and right: x and y exchanged, or lying on their sides.
bool lie_on_their_sides(const ShapeModel& model, const MirrorFit& fit) {
  if (model.known() < kFewestToOrder || is_upright(fit)) return false;
  std::vector<float> shape = flat_shape(model);
  for (std::size_t k = 0; k < shape.size(); k += 2) std::swap(shape[k], shape[k + 1]);
  return is_upright(fit_mirror(shape));
}

/// Which points belong to the brows and eyes, and which to the mouth and chin; both empty if that is not known.
struct Halves {
  std::vector<std::size_t> upper, lower;
};

Halves halves_by_name(const std::vector<std::string>& names) {
  const auto has = [](const std::string& name, std::initializer_list<std::string_view> words) {
    const std::string text = lower_text(name);
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view w) { return text.find(w) != std::string::npos; });
  };
  Halves halves;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const bool upper = has(names[k], {"eye", "brow", "pupil"});
    const bool lower = has(names[k], {"mouth", "lip", "chin"});
    if (upper != lower) (upper ? halves.upper : halves.lower).push_back(k);
  }
  return halves;
}

/// The two definitions of points that come without names: ours of 14 and that of 300-W. The points that swap tell them.
Halves halves_by_number(const std::vector<int>& mirror) {
  const auto range = [](std::size_t from, std::size_t to) {
    std::vector<std::size_t> points(to - from);
    std::iota(points.begin(), points.end(), from);
    return points;
  };
  if (mirror == std::vector<int>{3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 10, 13, 12, 11}) return {range(0, 10), range(11, 14)};
  if (mirror.size() == 68 && mirror[0] == 16 && mirror[17] == 26 && mirror[36] == 45 && mirror[48] == 54) {
    return {range(17, 27), range(48, 68)};
  }
  return {};
}

double height_of(const ShapeModel& model, const std::vector<std::size_t>& points) {
  std::vector<double> y;
  for (const std::size_t k : points) {
    if (model.knows(k)) y.push_back(model.points()[k].imag());
  }
  return median(std::move(y));
}

/// Whether the eyes lie below the mouth in most faces.
bool stand_on_their_heads(const ShapeModel& model, const std::vector<std::string>& names, const MirrorFit& fit) {
  Halves halves = halves_by_name(names);
  const bool all_known = model.known() == model.points().size();
  if ((halves.upper.empty() || halves.lower.empty()) && all_known && is_upright(fit)) {
    halves = halves_by_number(fit.mirror);
  }
  if (halves.upper.empty() || halves.lower.empty()) return false;
  constexpr double kClearly = 0.5;  // of the radius of a face
  return height_of(model, halves.upper) > height_of(model, halves.lower) + kClearly;
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
    const MirrorFit fit = models[s].known() < kFewestToOrder ? MirrorFit{} : fit_mirror(flat_shape(models[s]));
    if (lie_on_their_sides(models[s], fit)) {
      add("the faces lie on their sides: they are alike above and below instead of left and right. Are x and y "
          "exchanged, or the pictures turned (--exif)? Correct it, or --accept order if they are meant.");
      continue;
    }
    if (stand_on_their_heads(models[s], sets[s].data->point_names(), fit)) {
      add("the faces stand on their heads: eyes lie below mouths. Is y counted from the bottom (then y = height - 1 - "
          "y), or are the pictures turned (--exif)? Correct it, or --accept order if they are meant.");
      continue;
    }
    for (std::size_t before = 0; before < s; ++before) {
      const std::vector<int> order = other_order(models[before], models[s]);
      if (order.empty()) continue;
      const bool mirrored = upright_mirror(models[before]) == order;
      add(std::string(mirrored ? "left and right are exchanged" : "the points have another order") + " against " +
          sets[before].name + ": " + example(order, sets[before].name) +
          ". Bring them into one order, or --accept order if they are meant.");
      break;
    }
  }
  return findings;
}

}  // namespace fpcpu
