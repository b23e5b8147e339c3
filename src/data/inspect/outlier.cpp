// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "data/inspect/checks.hpp"
#include "data/inspect/extent.hpp"
#include "data/inspect/shape_model.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kFewestToCompare = 4;  // of which one can be told to be wrong
constexpr std::size_t kFewestFaces = 5;
/// How far off a point must be to be named, in radii of the face, and how much farther than the same point usually is.
constexpr double kFar = 1.2;
constexpr double kUnusual = 8;
/// Misfit of a face whose other points are where they should be, and of one of another shape. Between them lie
/// profiles.
constexpr double kSound = 0.25;
constexpr double kStrange = 0.6;

/// A tenth of what it should be is a slip of the hand even nearer by than that.
constexpr double kSlip = 0.5;
constexpr double kSlipUnusual = 5;
constexpr double kCorrected = 0.15;

/// Points of a face that fit this much better with left and right exchanged are exchanged.
constexpr double kExchanged = 2;

struct Far {
  FaceRef ref;
  Complex read;
  Complex expected;
};

/// "line 17: x5 = 1307, expected about 131"
std::string describe(JudgedSets sets, const Far& far) {
  const Dataset& data = *sets[far.ref.set].data;
  const Complex off = far.read - far.expected;
  const bool only_x = std::abs(off.real()) > 3 * std::abs(off.imag());
  const bool only_y = std::abs(off.imag()) > 3 * std::abs(off.real());
  const std::string number = point_name(data, far.ref.point);
  std::string text = places(sets, std::span(&far.ref, 1)) + ": ";
  if (only_x || only_y) {
    return text + (only_x ? "x" : "y") + number + " = " + short_number(only_x ? far.read.real() : far.read.imag()) +
           ", expected about " + short_number(std::round(only_x ? far.expected.real() : far.expected.imag()));
  }
  return text + "point " + number + " at " + short_number(far.read.real()) + "," + short_number(far.read.imag()) +
         ", expected about " + short_number(std::round(far.expected.real())) + "," +
         short_number(std::round(far.expected.imag()));
}

/// Whether ten times one coordinate is right, and the other one as it is.
bool is_slip(Complex read, Complex expected, double radius) {
  const double near = kCorrected * radius;
  return std::abs(Complex(10 * read.real(), read.imag()) - expected) < near ||
         std::abs(Complex(read.real(), 10 * read.imag()) - expected) < near;
}

class OutlierSearch {
 public:
  OutlierSearch(JudgedSets sets, std::size_t set)
      : sets_(sets), set_(set), data_(*sets[set].data), model_(data_, all_faces(data_)) {}

  std::vector<Finding> run() {
    if (data_.size() < kFewestFaces || model_.known() < kFewestToCompare) return {};
    measure();
    std::vector<Far> far;
    std::vector<FaceRef> strange;
    std::vector<FaceRef> exchanged;
    for (std::size_t i = 0; i < data_.size(); ++i) {
      if (is_exchanged(i)) {
        exchanged.push_back({set_, i});
      } else {
        judge(i, far, strange);
      }
    }
    std::vector<Finding> findings;
    if (!far.empty()) {
      Finding f;
      f.id = "outlier";
      f.severity = Severity::warning;
      for (const Far& p : far) f.faces.push_back(p.ref);
      f.text =
          describe(sets_, far.front()) + " from the other faces" +
          (far.size() == 1 ? "" : " (" + std::to_string(far.size()) + " such points: " + places(sets_, f.faces) + ")") +
          ". A slip of the hand? Correct it, or --accept outlier.";
      findings.push_back(std::move(f));
    }
    if (!exchanged.empty()) {
      Finding f;
      f.id = "order";
      f.severity = Severity::warning;
      f.text = places(sets_, exchanged) + ": " + counted(exchanged.size(), "face has", "faces have") +
               " left and right exchanged against the others. Correct the points, or --accept order.";
      f.faces = std::move(exchanged);
      findings.push_back(std::move(f));
    }
    if (!strange.empty()) {
      Finding f;
      f.id = "order";
      f.severity = Severity::warning;
      f.text = places(sets_, strange) + ": the points of " + counted(strange.size(), "face do", "faces do") +
               " not have the shape of the others. Are they in another order, or x and y exchanged? Correct them, or "
               "--accept order.";
      f.faces = std::move(strange);
      findings.push_back(std::move(f));
    }
    return findings;
  }

 private:
  /// How far each point usually is from where the model expects it, and how badly faces usually fit.
  void measure() {
    std::vector<std::vector<double>> distances(model_.points().size());
    std::vector<double> misfits;
    placements_.resize(data_.size());
    for (std::size_t i = 0; i < data_.size(); ++i) {
      placements_[i] = model_.place(data_.landmarks(i));
      if (!placements_[i]) continue;
      misfits.push_back(placements_[i]->misfit);
      for (std::size_t k = 0; k < distances.size(); ++k) {
        if (const auto at = position(data_.landmarks(i), k); at && model_.knows(k)) {
          distances[k].push_back(distance(i, k, *at));
        }
      }
    }
    for (std::vector<double>& d : distances) usual_.push_back(median(std::move(d)));
    usual_misfit_ = median(std::move(misfits));
  }

  [[nodiscard]] double distance(std::size_t face, std::size_t k, Complex at) const {
    const Placement& p = *placements_[face];
    return std::abs(at - model_.expected(p, k)) / std::max(p.radius(), 1e-9);
  }

  [[nodiscard]] bool is_exchanged(std::size_t i) {
    if (!placements_[i] || placements_[i]->misfit <= kSound) return false;
    if (!mirror_) mirror_ = upright_mirror(model_);
    if (mirror_->empty()) return false;
    const std::optional<Placement> other = model_.place(data_.landmarks(i), *mirror_);
    return other && other->misfit <= kSound && placements_[i]->misfit > kExchanged * other->misfit;
  }

  void judge(std::size_t i, std::vector<Far>& far, std::vector<FaceRef>& strange) const {
    if (!placements_[i]) return;
    const Placement& p = *placements_[i];
    if (p.misfit > std::max(kStrange, 5 * usual_misfit_)) strange.push_back({set_, i});
    if (p.misfit > kSound) return;
    const std::size_t before = far.size();
    for (std::size_t k = 0; k < usual_.size(); ++k) {
      const auto at = position(data_.landmarks(i), k);
      if (!at || !model_.knows(k)) continue;
      const double off = distance(i, k, *at);
      const Complex expected = model_.expected(p, k);
      const bool slip = off >= std::max(kSlip, kSlipUnusual * usual_[k]) && is_slip(*at, expected, p.radius());
      if (slip || off >= std::max(kFar, kUnusual * usual_[k])) {
        far.push_back({{set_, i, static_cast<int>(k)}, *at, expected});
      }
    }
    // Many at once are no slips: a profile.
    if (far.size() > before + std::max<std::size_t>(2, usual_.size() / 10)) {
      far.erase(far.begin() + static_cast<std::ptrdiff_t>(before), far.end());
    }
  }

  JudgedSets sets_;
  std::size_t set_;
  const Dataset& data_;
  ShapeModel model_;
  std::optional<std::vector<int>> mirror_;  // upright_mirror(), once a face needs it
  std::vector<std::optional<Placement>> placements_;
  std::vector<double> usual_;
  double usual_misfit_ = 0;
};

}  // namespace

std::vector<Finding> find_outliers(JudgedSets sets) {
  std::vector<Finding> findings;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    for (Finding& f : OutlierSearch(sets, s).run()) findings.push_back(std::move(f));
  }
  return findings;
}

}  // namespace fpcpu
