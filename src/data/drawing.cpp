// SPDX-License-Identifier: MIT
#include "data/drawing.hpp"

#include <algorithm>
#include <cmath>

#include "data/bitmap_font.hpp"
#include "data/geometry.hpp"
#include "data/resample.hpp"

namespace fpcpu {

namespace {

constexpr int kComfortableSide = 320;
constexpr Colour kGreen = {60.0F, 230.0F, 90.0F};
constexpr Colour kYellow = {250.0F, 210.0F, 40.0F};
constexpr Colour kRed = {240.0F, 60.0F, 50.0F};
constexpr Colour kRim = {15.0F, 20.0F, 15.0F};

Colour alarm_colour(float alarm) {
  const float t = std::clamp(alarm, 0.0F, 1.0F);
  const Colour& from = t < 0.5F ? kGreen : kYellow;
  const Colour& to = t < 0.5F ? kYellow : kRed;
  const float part = t < 0.5F ? 2 * t : 2 * t - 1;
  Colour colour{};
  for (std::size_t c = 0; c < colour.size(); ++c) colour[c] = from[c] + part * (to[c] - from[c]);
  return colour;
}

std::size_t offset(const Image& image, int x, int y) {
  return (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)) * 3;
}

void blend(Image& image, int x, int y, const Colour& colour, float opacity) {
  if (x < 0 || y < 0 || x >= image.width || y >= image.height || opacity <= 0) return;
  const std::size_t at = offset(image, x, y);
  for (std::size_t c = 0; c < 3; ++c) {
    const float old = image.pixels[at + c];
    image.pixels[at + c] = static_cast<std::uint8_t>(std::lround(old + (colour[c] - old) * std::min(opacity, 1.0F)));
  }
}

Image in_colour(const Image& image) {
  if (image.channels == 3) return image;
  Image out{image.width, image.height, 3, {}};
  out.pixels.reserve(3 * image.pixels.size());
  for (const std::uint8_t v : image.pixels) out.pixels.insert(out.pixels.end(), 3, v);
  return out;
}

}  // namespace

Image resized(const Image& image, int width, int height) {
  if (width == image.width && height == image.height) return in_colour(image);
  Image out{width, height, 3, {}};
  ResampleScratch scratch;
  std::vector<float> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  warp(image, resize_map(width, height, image.width, image.height), {height, width, 3}, nullptr, scratch,
       pixels.data());
  out.pixels.reserve(pixels.size());
  for (const float v : pixels)
    out.pixels.push_back(static_cast<std::uint8_t>(std::lround(std::clamp(v, 0.0F, 255.0F))));
  return out;
}

void draw_dot(Image& canvas, float x, float y, float radius, const Colour& colour) {
  const int reach = static_cast<int>(std::ceil(radius)) + 2;
  const int cx = static_cast<int>(std::lround(x));
  const int cy = static_cast<int>(std::lround(y));
  for (int v = cy - reach; v <= cy + reach; ++v) {
    for (int u = cx - reach; u <= cx + reach; ++u) {
      const float distance = std::hypot(static_cast<float>(u) - x, static_cast<float>(v) - y);
      blend(canvas, u, v, kRim, radius + 1.5F - distance);
      blend(canvas, u, v, colour, radius + 0.5F - distance);
    }
  }
}

void draw_text(Image& canvas, int x, int y, std::string_view text, int scale, const Colour& colour) {
  for (const char character : text) {
    for (int v = 0; v < kGlyphHeight * scale; ++v) {
      for (int u = 0; u < kGlyphWidth * scale; ++u) {
        if (glyph_pixel(character, v / scale, u / scale)) blend(canvas, x + u, y + v, colour, 1);
      }
    }
    x += (kGlyphWidth + 1) * scale;
  }
}

void paste(Image& canvas, int x, int y, const Image& image) {
  const auto row = static_cast<std::ptrdiff_t>(image.width) * 3;
  for (int v = 0; v < image.height; ++v) {
    std::copy_n(image.pixels.begin() + v * row, row,
                canvas.pixels.begin() + static_cast<std::ptrdiff_t>(offset(canvas, x, y + v)));
  }
}

Image draw_points(const Image& image, std::span<const float> points, std::span<const float> alarms) {
  const int side = std::max(image.width, image.height);
  const int zoom = std::max(1, (kComfortableSide + side - 1) / side);
  Image canvas = resized(image, image.width * zoom, image.height * zoom);
  const Map2D to_canvas = resize_map(image.width, image.height, canvas.width, canvas.height);
  const float radius = std::max(2.0F, 0.008F * static_cast<float>(std::max(canvas.width, canvas.height)));
  for (std::size_t k = 0; k + 1 < points.size(); k += 2) {
    if (!std::isfinite(points[k]) || !std::isfinite(points[k + 1])) continue;
    const Point p = to_canvas({static_cast<double>(points[k]), static_cast<double>(points[k + 1])});
    draw_dot(canvas, static_cast<float>(p.x), static_cast<float>(p.y), radius,
             alarms.empty() ? kGreen : alarm_colour(alarms[k / 2]));
  }
  return canvas;
}

}  // namespace fpcpu
