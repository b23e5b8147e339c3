// SPDX-License-Identifier: MIT
#include "data/augments/augmentation.hpp"
#include "data/augments/colour.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {{.name = "gray",
                                     .value = "CHANCE",
                                     .help = "chance of turning gray",
                                     .basic = 0.1F,
                                     .full = 0.1F,
                                     .is_chance = true}};

void apply(AugmentValues, Rng&, Recolouring& colours) { colours.saturation = 0; }

}  // namespace

Augmentation gray() {
  return {.name = "gray", .ranges = kRanges, .effect = apply, .calm = Calm::off, .needs_colour = true};
}

}  // namespace fpcpu::augments
