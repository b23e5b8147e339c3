// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "data/augments/augmentation.hpp"

namespace fpcpu {

/// All augmentations, in the order in which those of one stage are applied.
[[nodiscard]] std::span<const Augmentation> augmentations();

/// The ranges of all augmentations one after the other, then `calm`: the last part of a run in which they are gentle.
[[nodiscard]] std::span<const AugmentRange> augment_ranges();

}  // namespace fpcpu
