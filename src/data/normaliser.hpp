// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// The length by which the distances of an image's points are divided for its NME, taken from its true points:
/// - inter-ocular: from outer eye corner to outer eye corner. Points counted from 0: 4 and 9 of 14, 36 and 45 of 68
///   (300-W), 60 and 72 of 98 (WFLW);
/// - inter-pupil: from pupil to pupil: 5 and 8 of 14, the means of 36..41 and of 42..47 of 68, 96 and 97 of 98;
/// - box: the root of width x height of the box around the visible points; diagonal: the diagonal of that box;
/// - A-B: between points A and B, counted from 1 as in the header x1,y1,...;
/// - auto: inter-ocular for 14, 68 and 98 points, else diagonal.
/// Source: Sagonas et al., "300 faces in-the-wild challenge", ICCV workshops 2013 (inter-ocular); Wu et al., "Look at
/// boundary", CVPR 2018 (98 points).
class Normaliser {
 public:
  /// @throws Error{usage} for a name that is none of these, or that faces of so many points do not have.
  Normaliser(std::string_view name, int points);

  /// Of the above, without auto.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// In pixels; NaN where a point it needs is not visible, or where it would be 0.
  [[nodiscard]] double length(const Landmarks& truth) const;

 private:
  std::string name_;
  int from_ = -1;  // of A-B
  int to_ = -1;
};

/// Whether it can be a normaliser for some number of points. @throws Error{usage}
void check_normaliser(std::string_view name);

/// In words: "distance of the outer eye corners".
[[nodiscard]] std::string normaliser_meaning(const std::string& name);

}  // namespace fpcpu
