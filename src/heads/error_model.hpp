// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

namespace fpcpu {

/// How far off a point that was found is expected to be, learnt from validation faces:
///   e_k = exp(level_k + doubt * d_k + strangeness * log(s_k + 0.02))        % of the normaliser
/// d_k is the doubt of the head (Head::decode), s_k how far the point lies from where the mean shape has it after that
/// was moved, turned and scaled onto the face, in radii of the face.
struct ErrorModel {
  std::string unit;  ///< name of the normaliser, such as "inter-ocular"; empty: nothing is known
  std::vector<float> level;
  float doubt = 0;
  float strangeness = 0;
  float usual = 0;  ///< mean error of all points that it was learnt from, %

  [[nodiscard]] bool empty() const noexcept { return level.empty(); }
};

/// What an error model is fitted to: N faces. Points are fractions of the image relative to its middle.
struct FoundFaces {
  std::span<const float> points;  ///< N,2K
  std::span<const float> doubts;  ///< N,K
  std::span<const float> errors;  ///< N,K: true ones in % of the normaliser; NaN where that is not known
};

/// Ridge regression of log(error + 0.3), then levels such that each point's mean is right. Points that few faces show
/// get most of their level from the others. Empty if there are fewer than ten faces or no mean shape.
[[nodiscard]] ErrorModel fit_error_model(const FoundFaces& faces, std::span<const float> mean_shape,
                                         const std::string& unit);

/// One expected error a point, in % of the unit. @param points 2K @param doubts K @param errors K, written
void expect_errors(const ErrorModel& model, std::span<const float> mean_shape, std::span<const float> points,
                   std::span<const float> doubts, std::span<float> errors);

}  // namespace fpcpu
