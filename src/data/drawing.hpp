// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

using Colour = std::array<float, 3>;  // red, green, blue, 0..255

/// A copy in three channels and of another size.
[[nodiscard]] Image resized(const Image& image, int width, int height);

/// A disc with a dark rim around (x, y), antialiased over one pixel. Parts beyond the image are left out.
/// @param canvas  three channels
void draw_dot(Image& canvas, float x, float y, float radius, const Colour& colour);

/// A colour copy of the image with its points as dots; small images are enlarged so that a person can see them.
/// @param points  x1,y1,... in pixels of the image
/// @param alarms  one a point: 0 draws it green, 1 red, yellow between; may be empty
[[nodiscard]] Image draw_points(const Image& image, std::span<const float> points, std::span<const float> alarms = {});

/// Writes text with its top left corner at (x, y), each pixel of the font `scale` pixels wide.
void draw_text(Image& canvas, int x, int y, std::string_view text, int scale, const Colour& colour);

/// Copies `image` onto `canvas`, both of three channels, with its top left corner at (x, y); it must fit.
void paste(Image& canvas, int x, int y, const Image& image);

}  // namespace fpcpu
