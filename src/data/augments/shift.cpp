// SPDX-License-Identifier: MIT
#include "data/augments/geometry.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {{.name = "shift",
                                     .value = "PART",
                                     .help = "shift by up to this part of each side",
                                     .limit = 0.5F,
                                     .basic = 0.06F,
                                     .full = 0.06F}};

void apply(AugmentValues v, Rng& rng, Move& move) {
  const double dx = rng.uniform(-v[0], v[0]);
  move.change = translate(dx * move.width, rng.uniform(-v[0], v[0]) * move.height) * move.change;
}

}  // namespace

Augmentation shift() { return {.name = "shift", .ranges = kRanges, .effect = apply}; }

}  // namespace fpcpu::augments
