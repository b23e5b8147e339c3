// SPDX-License-Identifier: MIT
#include <algorithm>

#include "data/augments/geometry.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {{.name = "crop",
                                     .value = "PART",
                                     .help = "crops up to this part off each side, never a point",
                                     .limit = 0.5F,
                                     .full = 0.1F},
                                    chance_range("crop-chance", "chance of cropping at all", 0.3F)};

/// Room between the visible points (or the middle, if there are none) and each border.
struct Room {
  double left, right, top, bottom;
};

Room room_around(const Landmarks& points, double width, double height) {
  Room room{0.5 * width, 0.5 * width, 0.5 * height, 0.5 * height};
  for (std::size_t k = 0; k < points.visible.size(); ++k) {
    if (points.visible[k] == 0) continue;
    const double x = points.xy[2 * k] + 0.5;
    const double y = points.xy[2 * k + 1] + 0.5;
    room = {std::min(room.left, x), std::min(room.right, width - x), std::min(room.top, y),
            std::min(room.bottom, height - y)};
  }
  return room;
}

/// Cuts a part off each side of the original and enlarges the rest to its size. The points and a margin stay.
void apply(AugmentValues v, Rng& rng, Move& move) {
  const double width = move.source.width;
  const double height = move.source.height;
  const Room room = room_around(move.points, width, height);
  const auto cut = [&](double side, double free) {
    return std::clamp(free - kBorderMargin * side, 0.0, v[0] * side) * rng.uniform();
  };
  const double left = cut(width, room.left);
  const double right = cut(width, room.right);
  const double top = cut(height, room.top);
  const double bottom = cut(height, room.bottom);
  move.crop = resize_map(width - left - right, height - top - bottom, width, height) * translate(-left, -top);
}

}  // namespace

Augmentation crop() { return {.name = "crop", .ranges = kRanges, .effect = apply}; }

}  // namespace fpcpu::augments
