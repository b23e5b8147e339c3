// SPDX-License-Identifier: MIT
#include "data/augments/augmentation.hpp"
#include "data/augments/colour.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {
    {.name = "value", .value = "X", .help = "brightness (V of HSV) times 1-X to 1+X", .full = 0.2F}};

void apply(AugmentValues v, Rng& rng, Recolouring& colours) {
  const float factor = rng.uniform(1 - v[0], 1 + v[0]);
  colours.gain *= factor;
  colours.offset *= factor;
}

}  // namespace

Augmentation value() { return {.name = "value", .ranges = kRanges, .effect = apply, .calm = Calm::half}; }

}  // namespace fpcpu::augments
