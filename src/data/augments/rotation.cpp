// SPDX-License-Identifier: MIT
#include <numbers>

#include "data/augments/geometry.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {{.name = "rotation",
                                     .value = "DEG",
                                     .help = "rotation by up to so many degrees either way",
                                     .limit = 180,
                                     .basic = 20,
                                     .full = 20},
                                    chance_range("rotation-chance", "chance of rotating at all", 0.7F)};

void apply(AugmentValues v, Rng& rng, Move& move) {
  move.change = rotate(rng.uniform(-v[0], v[0]) * std::numbers::pi / 180.0) * move.change;
}

}  // namespace

Augmentation rotation() { return {.name = "rotation", .ranges = kRanges, .effect = apply, .unit = " degrees"}; }

}  // namespace fpcpu::augments
