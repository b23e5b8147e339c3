// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/similarity.hpp"
#include "data/mirror.hpp"
#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// How a face lies on the model: face = turn_and_size * model + shift.
struct Placement {
  Complex turn_and_size;
  Complex shift;
  double misfit = 0;  ///< median distance of its points from the model's, in radii of the face

  /// Radians by which the face is turned against the model.
  [[nodiscard]] double roll() const noexcept { return std::arg(turn_and_size); }
  /// Radius of the face: root mean square distance of the model's points from their middle, px.
  [[nodiscard]] double radius() const noexcept { return std::abs(turn_and_size); }
};

/// What most faces of a set look like, whatever some of them hold: medians after moving, turning and scaling each face
/// onto the others. The model has radius 1 and its middle at 0.
class ShapeModel {
 public:
  /// Of the faces at `faces`; a few hundred of many stand for all.
  ShapeModel(const Dataset& data, std::span<const std::size_t> faces);

  [[nodiscard]] const std::vector<Complex>& points() const noexcept { return model_; }
  /// Whether enough faces show point k.
  [[nodiscard]] bool knows(std::size_t k) const noexcept { return known_[k]; }
  [[nodiscard]] std::size_t known() const noexcept;

  /// Nothing for faces with fewer than three known points. Wrong points hardly move it, as long as most are right.
  /// @param order  face point k is compared with model point order[k]; empty: with k
  [[nodiscard]] std::optional<Placement> place(const Landmarks& face, std::span<const int> order = {}) const;

  /// Where the model expects point k of a face that lies so, px.
  [[nodiscard]] Complex expected(const Placement& placement, std::size_t k) const {
    return placement.turn_and_size * model_[k] + placement.shift;
  }

 private:
  std::vector<Complex> model_;
  std::vector<bool> known_;
};

/// The known points as x0,y0,x1,y1,..., the middle at 0, for fit_mirror().
[[nodiscard]] std::vector<float> flat_shape(const ShapeModel& model);

/// Whether a shape is alike left and right, as a face that stands upright or on its head is.
[[nodiscard]] bool is_upright(const MirrorFit& fit);

/// Which points of the model swap left and right; empty if it does not know all of them or is not alike on both sides.
[[nodiscard]] std::vector<int> upright_mirror(const ShapeModel& model);

/// 0 ... n - 1
[[nodiscard]] std::vector<std::size_t> all_faces(const Dataset& data);

/// Position of a point; is_usual_mark() and not visible: nothing.
[[nodiscard]] std::optional<Complex> position(const Landmarks& face, std::size_t k);

}  // namespace fpcpu
