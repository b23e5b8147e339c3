// SPDX-License-Identifier: MIT
#include "data/augments/augmentation.hpp"
#include "data/augments/colour.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {{.name = "brightness",
                                     .value = "X",
                                     .help = "adds or subtracts up to this part of the range of values",
                                     .basic = 0.15F,
                                     .full = 0.2F}};

void apply(AugmentValues v, Rng& rng, Recolouring& colours) { colours.offset += 255 * rng.uniform(-v[0], v[0]); }

}  // namespace

Augmentation brightness() { return {.name = "brightness", .ranges = kRanges, .effect = apply, .calm = Calm::half}; }

}  // namespace fpcpu::augments
