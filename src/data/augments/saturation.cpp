// SPDX-License-Identifier: MIT
#include "data/augments/augmentation.hpp"
#include "data/augments/colour.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {
    {.name = "saturation", .value = "X", .help = "saturation times 1-X to 1+X", .full = 0.3F}};

void apply(AugmentValues v, Rng& rng, Recolouring& colours) { colours.saturation *= rng.uniform(1 - v[0], 1 + v[0]); }

}  // namespace

Augmentation saturation() {
  return {.name = "saturation", .ranges = kRanges, .effect = apply, .calm = Calm::half, .needs_colour = true};
}

}  // namespace fpcpu::augments
