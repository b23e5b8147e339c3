// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "report/report.hpp"

namespace fpcpu {

/// One image with its points: rings where they are, dots where they were found, a line between; those to look at
/// filled. The picture is widened to show points beside the image, by its own size at most. Inline JPEG
/// of at most about 320 px under an SVG in the original's coordinates.
[[nodiscard]] std::string draw_face(const ReportFace& face);

/// The mean shape with a disc per point whose radius is the root of its mse100 times point_error_scale; up to 30 points
/// have their mse100 as a number; names show where the pointer rests. Empty unless both describe the same number of
/// points.
/// @param names  K, or empty
[[nodiscard]] std::string draw_point_errors(std::span<const float> mean_shape, std::span<const double> point_mse100,
                                            std::span<const std::string> names);
[[nodiscard]] int point_error_scale(std::size_t points);

}  // namespace fpcpu
