// SPDX-License-Identifier: MIT
#include "data/orientation.hpp"

#include <algorithm>
#include <cstddef>

namespace fpcpu {

namespace {

/// Where the top-left pixel of the upright picture is stored, and how far apart its neighbours are, in pixels.
struct Walk {
  std::ptrdiff_t start;
  std::ptrdiff_t right;
  std::ptrdiff_t down;
};

Walk walk_of(std::ptrdiff_t width, std::ptrdiff_t height, int orientation) {
  const std::ptrdiff_t last_column = width - 1;
  const std::ptrdiff_t last_row = (height - 1) * width;
  switch (orientation) {
    case 2:
      return {last_column, -1, width};
    case 3:
      return {last_row + last_column, -1, -width};
    case 4:
      return {last_row, 1, -width};
    case 5:
      return {0, width, 1};
    case 6:
      return {last_row, -width, 1};
    case 7:
      return {last_row + last_column, -width, -1};
    case 8:
      return {last_column, width, -1};
    default:
      return {0, 1, width};
  }
}

}  // namespace

Image upright(const std::uint8_t* pixels, int width, int height, int channels, int orientation) {
  Image image{width, height, channels, {}};
  if (lies_on_its_side(orientation)) std::swap(image.width, image.height);
  const std::size_t count =
      static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * static_cast<std::size_t>(channels);
  if (orientation == 1) {
    image.pixels.assign(pixels, pixels + count);
    return image;
  }
  image.pixels.resize(count);
  const Walk walk = walk_of(width, height, orientation);
  std::uint8_t* out = image.pixels.data();
  for (std::ptrdiff_t y = 0; y < image.height; ++y) {
    for (std::ptrdiff_t x = 0; x < image.width; ++x) {
      out = std::copy_n(pixels + (walk.start + y * walk.down + x * walk.right) * channels, channels, out);
    }
  }
  return image;
}

}  // namespace fpcpu
