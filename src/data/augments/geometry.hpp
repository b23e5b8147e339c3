// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "core/rng.hpp"
#include "data/augment.hpp"
#include "data/geometry.hpp"

namespace fpcpu {

/// The geometric change of one sample: crop, mirror, then perspective, scale, rotation and shift around the middle.
struct Placement {
  Map2D input_to_original;  // pixels of the network's input -> pixels of the original image
  bool mirrored = false;
};

/// Draws it. @param points   2K in pixels of the original; those with visible[k] == 0 are ignored
/// @param warped   2K, receives the points in pixels of the network's input (not yet exchanged by the mirror table)
[[nodiscard]] Placement place_sample(const Source& source, const Landmarks& points, Shape input,
                                     const AugmentOptions& options, Rng& rng, std::span<float> warped);

}  // namespace fpcpu
