#include "data/augments/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fpcpu {

namespace {

constexpr int kDraws = 10;
constexpr double kMargin = 0.02;

/// A change of the picture in coordinates where the middle is 0 and the mean side is 1, so that a rotation stays one
/// in images that are not square.
Map2D draw_change(const AugmentOptions& o, Rng& rng) {
  Map2D m;
  if (o.perspective > 0) {
    m.a[6] = rng.uniform(-o.perspective, o.perspective);
    m.a[7] = rng.uniform(-o.perspective, o.perspective);
  }
  if (o.scale > 0) {
    const double s = rng.uniform(1 - o.scale, 1 + o.scale);
    m = scale(s, s) * m;
  }
  if (rng.chance(o.rotation_chance)) {
    m = rotate(rng.uniform(-o.rotation, o.rotation) * std::numbers::pi / 180.0) * m;
  }
  if (o.shift > 0) {
    const double dx = rng.uniform(-o.shift, o.shift);
    m = translate(dx, rng.uniform(-o.shift, o.shift)) * m;
  }
  return m;
}

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
    const double needed = std::min(kMargin, clearance(before.x, before.y, input) - 1e-4);
    if (clearance(warped[2 * k], warped[2 * k + 1], input) < needed) return false;
  }
  return true;
}

}  // namespace

Placement place_sample(const Source& source, const Landmarks& points, Shape input, const AugmentOptions& options,
                       Rng& rng, std::span<float> warped) {
  Placement placement;
  placement.mirrored = rng.chance(options.mirror);
  const Map2D plain = resize_map(source.width, source.height, input.w, input.h);
  const Map2D mirror = placement.mirrored ? mirror_map(source.width) : Map2D{};
  const bool moves = options.scale > 0 || options.shift > 0 || options.perspective > 0 || options.rotation_chance > 0;
  const double unit = std::sqrt(static_cast<double>(source.width) * source.height);
  const Map2D to_unit = scale(1 / unit, 1 / unit) * translate(-0.5 * (source.width - 1), -0.5 * (source.height - 1));
  const Map2D from_unit = inverse(to_unit);
  for (int draw = 0; moves && draw < kDraws; ++draw) {
    const Map2D forward = plain * from_unit * draw_change(options, rng) * to_unit * mirror;
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
