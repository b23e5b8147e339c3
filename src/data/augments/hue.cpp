// SPDX-License-Identifier: MIT
#include "data/augments/augmentation.hpp"
#include "data/augments/colour.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {{.name = "hue",
                                     .value = "X",
                                     .help = "turns hues by up to this part of the colour circle",
                                     .limit = 0.5F,
                                     .full = 0.03F}};

void apply(AugmentValues v, Rng& rng, Recolouring& colours) { colours.turn += rng.uniform(-v[0], v[0]); }

}  // namespace

Augmentation hue() {
  return {.name = "hue", .ranges = kRanges, .effect = apply, .calm = Calm::half, .needs_colour = true};
}

}  // namespace fpcpu::augments
