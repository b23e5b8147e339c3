// SPDX-License-Identifier: MIT
#include "data/augments/geometry.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {{.name = "mirror",
                                     .value = "CHANCE",
                                     .help = "chance of mirroring the face; left and right points are exchanged",
                                     .basic = 0.5F,
                                     .full = 0.5F,
                                     .is_chance = true}};

void apply(AugmentValues, Rng&, Mirroring& mirroring) { mirroring.on = true; }

}  // namespace

Augmentation mirror() { return {.name = "mirror", .ranges = kRanges, .effect = apply}; }

}  // namespace fpcpu::augments
