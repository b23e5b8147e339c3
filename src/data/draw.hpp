#pragma once

#include <span>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// A colour copy of the image with its points as dots; small images are enlarged so that a person can see them.
/// @param points  x1,y1,... in pixels of the image
[[nodiscard]] Image draw_points(const Image& image, std::span<const float> points);

}  // namespace fpcpu
