// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fpcpu/search.hpp"

namespace fpcpu {

/// Fills `smoothed`: the mean over all points, weighted by a Gaussian of their distance in steps with a deviation of a
/// fortieth of `steps`. Unlike a running average it does not lag behind, so rates read off the curve are not too high.
void smooth(std::span<LrPoint> curve, int steps);

/// Fills lowest, steepest and suggestion from a smoothed curve.
void read_off(LrFindResult& result);

/// lr,loss,smoothed
[[nodiscard]] std::string lr_curve_csv(const LrFindResult& result);
/// The curve as an SVG file with the suggestion marked.
[[nodiscard]] std::string lr_curve_svg(const LrFindResult& result);

}  // namespace fpcpu
