// SPDX-License-Identifier: MIT
#include <cmath>

#include "data/augments/augmentation.hpp"
#include "data/augments/colour.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {{.name = "contrast",
                                     .value = "X",
                                     .help = "contrast times 1/(1+X) to 1+X, around the mean",
                                     .limit = 8,
                                     .basic = 0.3F,
                                     .full = 0.3F}};

void apply(AugmentValues v, Rng& rng, Recolouring& colours) {
  const float limit = std::log(1 + v[0]);
  const float contrast = std::exp(rng.uniform(-limit, limit));
  const float mean = colours.gain * mean_of(colours.before) + colours.offset;
  colours.gain *= contrast;
  colours.offset = contrast * colours.offset + (1 - contrast) * mean;
}

}  // namespace

Augmentation contrast() { return {.name = "contrast", .ranges = kRanges, .effect = apply, .calm = Calm::half}; }

}  // namespace fpcpu::augments
