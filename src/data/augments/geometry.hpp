// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "data/augment_options.hpp"
#include "data/augments/sample_draws.hpp"
#include "data/geometry.hpp"
#include "data/resample.hpp"

namespace fpcpu {

/// No point may come closer to the border than this part of the side.
inline constexpr double kBorderMargin = 0.02;

/// Whether the sample is the mirror image, with its points exchanged by the mirror table.
struct Mirroring {
  bool on = false;
};

/// How the face of one sample moves, put together by the augmentations of geometry.
struct Move {
  const Source& source;
  const Landmarks& points;  // in pixels of the original
  double width;             // of the picture where its mean side is 1
  double height;
  Map2D crop = {};    // before mirroring, in pixels of the original
  Map2D change = {};  // where the middle is 0 and the mean side is 1, so that a rotation stays one in any picture
};

/// The geometric change of one sample: crop, mirror, then perspective, scale, rotation and shift around the middle.
struct Placement {
  Map2D input_to_original;  // pixels of the network's input -> pixels of the original image
  bool mirrored = false;
};

/// Draws it. When a visible point would come too close to the border, all but the mirror is drawn again, up to ten
/// times, and then left out. So one augmentation of geometry can decide which of the draws of another is taken.
/// @param points   2K in pixels of the original; those with visible[k] == 0 are ignored
/// @param warped   2K, receives the points in pixels of the network's input (not yet exchanged by the mirror table)
[[nodiscard]] Placement place_sample(const Source& source, const Landmarks& points, Shape input,
                                     const AugmentOptions& options, const SampleDraws& draws, std::span<float> warped);

}  // namespace fpcpu
