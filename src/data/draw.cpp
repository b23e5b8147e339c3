#include "data/draw.hpp"

#include <algorithm>
#include <cmath>

#include "data/drawing.hpp"
#include "data/geometry.hpp"

namespace fpcpu {

namespace {

constexpr int kComfortableSide = 320;
constexpr Colour kGreen = {60.0F, 230.0F, 90.0F};

}  // namespace

Image draw_points(const Image& image, std::span<const float> points) {
  const int side = std::max(image.width, image.height);
  const int zoom = std::max(1, (kComfortableSide + side - 1) / side);
  Image canvas = resized(image, image.width * zoom, image.height * zoom);
  const Map2D to_canvas = resize_map(image.width, image.height, canvas.width, canvas.height);
  const float radius = std::max(2.0F, 0.008F * static_cast<float>(std::max(canvas.width, canvas.height)));
  for (std::size_t k = 0; k + 1 < points.size(); k += 2) {
    if (!std::isfinite(points[k]) || !std::isfinite(points[k + 1])) continue;
    const Point p = to_canvas({static_cast<double>(points[k]), static_cast<double>(points[k + 1])});
    draw_dot(canvas, static_cast<float>(p.x), static_cast<float>(p.y), radius, kGreen);
  }
  return canvas;
}

}  // namespace fpcpu
