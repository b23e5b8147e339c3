#include "data/draw.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "data/geometry.hpp"
#include "data/resample.hpp"

namespace fpcpu {

namespace {

constexpr int kComfortableSide = 320;
constexpr std::array<float, 3> kDot = {60.0F, 230.0F, 90.0F};
constexpr std::array<float, 3> kRim = {10.0F, 30.0F, 15.0F};

struct Canvas {
  Image& image;

  void blend(int x, int y, const std::array<float, 3>& color, float opacity) const {
    if (x < 0 || y < 0 || x >= image.width || y >= image.height || opacity <= 0) return;
    const std::size_t at =
        (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)) * 3;
    for (std::size_t c = 0; c < 3; ++c) {
      const float old = image.pixels[at + c];
      image.pixels[at + c] = static_cast<std::uint8_t>(std::lround(old + (color[c] - old) * std::min(opacity, 1.0F)));
    }
  }

  /// A disc with a dark rim, antialiased over one pixel.
  void dot(float x, float y, float radius) const {
    const int reach = static_cast<int>(std::ceil(radius)) + 2;
    const int cx = static_cast<int>(std::lround(x));
    const int cy = static_cast<int>(std::lround(y));
    for (int v = cy - reach; v <= cy + reach; ++v) {
      for (int u = cx - reach; u <= cx + reach; ++u) {
        const float distance = std::hypot(static_cast<float>(u) - x, static_cast<float>(v) - y);
        blend(u, v, kRim, radius + 1.5F - distance);
        blend(u, v, kDot, radius + 0.5F - distance);
      }
    }
  }
};

}  // namespace

Image draw_points(const Image& image, std::span<const float> points) {
  const int side = std::max(image.width, image.height);
  const int zoom = std::max(1, (kComfortableSide + side - 1) / side);
  Image canvas{image.width * zoom, image.height * zoom, 3, {}};
  const Map2D map = resize_map(canvas.width, canvas.height, image.width, image.height);
  ResampleScratch scratch;
  std::vector<float> pixels(static_cast<std::size_t>(canvas.width) * static_cast<std::size_t>(canvas.height) * 3);
  warp(image, map, {canvas.height, canvas.width, 3}, nullptr, scratch, pixels.data());
  canvas.pixels.reserve(pixels.size());
  for (const float v : pixels)
    canvas.pixels.push_back(static_cast<std::uint8_t>(std::lround(std::clamp(v, 0.0F, 255.0F))));

  const Map2D to_canvas = resize_map(image.width, image.height, canvas.width, canvas.height);
  const float radius = std::max(2.0F, 0.008F * static_cast<float>(std::max(canvas.width, canvas.height)));
  for (std::size_t k = 0; k + 1 < points.size(); k += 2) {
    if (!std::isfinite(points[k]) || !std::isfinite(points[k + 1])) continue;
    const Point p = to_canvas({static_cast<double>(points[k]), static_cast<double>(points[k + 1])});
    Canvas{canvas}.dot(static_cast<float>(p.x), static_cast<float>(p.y), radius);
  }
  return canvas;
}

}  // namespace fpcpu
