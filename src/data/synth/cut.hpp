// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "fpcpu/dataset.hpp"

namespace fpcpu::synth {

/// The part of a square picture that is kept, in pixels.
struct Cut {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

/// Now and then the photo ends beside the face: one side of the square of `side` pixels is missing, but never what is
/// closer to a point than a twentieth of it. Face i has the same cut for any thread and any order.
[[nodiscard]] Cut draw_cut(std::uint64_t seed, std::uint64_t index, int side, const Landmarks& marks);

[[nodiscard]] Image crop(const Image& image, const Cut& cut);

}  // namespace fpcpu::synth
