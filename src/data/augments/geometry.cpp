// SPDX-License-Identifier: MIT
#include "data/augments/geometry.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace fpcpu {

namespace {

constexpr int kDraws = 10;
constexpr double kMargin = 0.02;

/// Each corner of a box around the middle moves on its own.
Map2D draw_perspective(double width, double height, float limit, Rng& rng) {
  std::array<Point, 4> corners = {{{0, 0}, {1, 0}, {1, 1}, {0, 1}}};
  for (Point& corner : corners) {
    corner.x += rng.uniform(-limit, limit);
    corner.y += rng.uniform(-limit, limit);
  }
  const Map2D from_unit_square = scale(width, height) * translate(-0.5, -0.5);
  return from_unit_square * square_to_quad(corners) * inverse(from_unit_square);
}

/// A change of a picture of this size in coordinates where the middle is 0 and the mean side is 1, so that a rotation
/// stays one in images that are not square.
Map2D draw_change(double width, double height, const AugmentOptions& o, Rng& rng) {
  Map2D m;
  if (o.perspective > 0) m = draw_perspective(width, height, o.perspective, rng);
  if (o.scale > 0) {
    const double s = rng.uniform(1 - o.scale, 1 + o.scale);
    m = scale(s, s) * m;
  }
  if (o.rotation > 0 && rng.chance(o.rotation_chance)) {
    m = rotate(rng.uniform(-o.rotation, o.rotation) * std::numbers::pi / 180.0) * m;
  }
  if (o.shift > 0) {
    const double dx = rng.uniform(-o.shift, o.shift);
    m = translate(dx * width, rng.uniform(-o.shift, o.shift) * height) * m;
  }
  return m;
}

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
Map2D draw_crop(const Source& source, const Landmarks& points, const AugmentOptions& o, Rng& rng) {
  if (o.crop <= 0 || !rng.chance(o.crop_chance)) return {};
  const double width = source.width;
  const double height = source.height;
  const Room room = room_around(points, width, height);
  const auto cut = [&](double side, double free) {
    return std::clamp(free - kMargin * side, 0.0, o.crop * side) * rng.uniform();
  };
  const double left = cut(width, room.left);
  const double right = cut(width, room.right);
  const double top = cut(height, room.top);
  const double bottom = cut(height, room.bottom);
  return resize_map(width - left - right, height - top - bottom, width, height) * translate(-left, -top);
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
  const bool moves =
      options.scale > 0 || options.shift > 0 || options.perspective > 0 || options.rotation > 0 || options.crop > 0;
  const double unit = std::sqrt(static_cast<double>(source.width) * source.height);
  const Map2D to_unit = scale(1 / unit, 1 / unit) * translate(-0.5 * (source.width - 1), -0.5 * (source.height - 1));
  const Map2D from_unit = inverse(to_unit);
  for (int draw = 0; moves && draw < kDraws; ++draw) {
    const Map2D crop = draw_crop(source, points, options, rng);
    const Map2D change = draw_change(source.width / unit, source.height / unit, options, rng);
    const Map2D forward = plain * from_unit * change * to_unit * mirror * crop;
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
