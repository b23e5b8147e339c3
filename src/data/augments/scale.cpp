// SPDX-License-Identifier: MIT
#include "data/augments/geometry.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {{.name = "scale",
                                     .value = "PART",
                                     .help = "scaling by a factor of 1-PART to 1+PART",
                                     .limit = 0.75F,
                                     .basic = 0.15F,
                                     .full = 0.15F}};

void apply(AugmentValues v, Rng& rng, Move& move) {
  const double s = rng.uniform(1 - v[0], 1 + v[0]);
  move.change = fpcpu::scale(s, s) * move.change;
}

}  // namespace

Augmentation scale() { return {.name = "scale", .ranges = kRanges, .effect = apply}; }

}  // namespace fpcpu::augments
