// SPDX-License-Identifier: MIT
#include <array>

#include "data/augments/geometry.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {{.name = "perspective",
                                     .value = "PART",
                                     .help = "each corner moves by up to this part of the sides",
                                     .limit = 0.25F,
                                     .full = 0.05F}};

/// Each corner of the picture moves on its own.
void apply(AugmentValues v, Rng& rng, Move& move) {
  std::array<Point, 4> corners = {{{0, 0}, {1, 0}, {1, 1}, {0, 1}}};
  for (Point& corner : corners) {
    corner.x += rng.uniform(-v[0], v[0]);
    corner.y += rng.uniform(-v[0], v[0]);
  }
  const Map2D from_unit_square = fpcpu::scale(move.width, move.height) * translate(-0.5, -0.5);
  move.change = from_unit_square * square_to_quad(corners) * inverse(from_unit_square) * move.change;
}

}  // namespace

Augmentation perspective() { return {.name = "perspective", .ranges = kRanges, .effect = apply}; }

}  // namespace fpcpu::augments
