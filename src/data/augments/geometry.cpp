// SPDX-License-Identifier: MIT
#include "data/augments/geometry.hpp"

#include <algorithm>
#include <cmath>

#include "data/augments/stage.hpp"

namespace fpcpu {

namespace {

constexpr std::uint32_t kAttempts = 10;

void map_points(const Map2D& map, std::span<const float> from, std::span<float> to) {
  for (std::size_t i = 0; i < from.size(); i += 2) {
    const Point p = map({from[i], from[i + 1]});
    to[i] = static_cast<float>(p.x);
    to[i + 1] = static_cast<float>(p.y);
  }
}

/// Distance to the nearest border as a fraction of the side, negative outside.
double clearance(double x, double y, Shape input) {
  const double u = (x + 0.5) / input.w;
  const double v = (y + 0.5) / input.h;
  return std::min({u, 1 - u, v, 1 - v});
}

bool keeps_points(const Landmarks& points, std::span<const float> warped, const Map2D& plain, Shape input) {
  for (std::size_t k = 0; k < points.visible.size(); ++k) {
    if (points.visible[k] == 0) continue;
    const Point before = plain({points.xy[2 * k], points.xy[2 * k + 1]});
    // A hair of tolerance, or a point within the margin would forbid even the unchanged picture by rounding.
    const double needed = std::min(kBorderMargin, clearance(before.x, before.y, input) - 1e-4);
    if (clearance(warped[2 * k], warped[2 * k + 1], input) < needed) return false;
  }
  return true;
}

}  // namespace

Placement place_sample(const Source& source, const Landmarks& points, Shape input, const AugmentOptions& options,
                       const SampleDraws& draws, std::span<float> warped) {
  Mirroring mirroring;
  augment_stage(options, draws, mirroring);
  Placement placement;
  placement.mirrored = mirroring.on;
  const Map2D plain = resize_map(source.width, source.height, input.w, input.h);
  const Map2D mirror = placement.mirrored ? mirror_map(source.width) : Map2D{};
  const bool moves = is_any_on<Move>(options);
  const double unit = std::sqrt(static_cast<double>(source.width) * source.height);
  const Map2D to_unit = scale(1 / unit, 1 / unit) * translate(-0.5 * (source.width - 1), -0.5 * (source.height - 1));
  const Map2D from_unit = inverse(to_unit);
  for (std::uint32_t attempt = 0; moves && attempt < kAttempts; ++attempt) {
    Move move{source, points, source.width / unit, source.height / unit};
    augment_stage(options, draws, move, attempt);
    const Map2D forward = plain * from_unit * move.change * to_unit * mirror * move.crop;
    map_points(forward, points.xy, warped);
    if (keeps_points(points, warped, plain * mirror, input)) {
      placement.input_to_original = inverse(forward);
      return placement;
    }
  }
  map_points(plain * mirror, points.xy, warped);
  // Written out rather than inverted: without augmentation the pixels must equal prepare_image bit for bit.
  placement.input_to_original = mirror * resize_map(input.w, input.h, source.width, source.height);
  return placement;
}

}  // namespace fpcpu
