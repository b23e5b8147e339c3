// SPDX-License-Identifier: MIT
#pragma once

#include "data/augment.hpp"
#include "fpcpu/train_options.hpp"

namespace fpcpu {

/// What happens to the training images of a run: the preset, with the ranges that were given in place of its own.
/// A network that sees gray has no use for hue, saturation and gray; they are off.
/// @param channels  of the network's input
[[nodiscard]] AugmentOptions augment_options(const TrainOptions& options, int channels);

/// Writes what augment_options found into `options`, so that their config.toml holds every range. What has no effect
/// (the chance of something that is off) stays unset.
/// @throws Error{usage} as check_augmentation does
void resolve_augmentation(TrainOptions& options, int channels);

/// @throws Error{usage} for an unknown preset or range, values out of their limits, and ranges without effect: the
/// chance of something that is off, colour in a gray input.
/// @param channels  of the network's input; 0 = not known yet
void check_augmentation(const TrainOptions& options, int channels);

}  // namespace fpcpu
