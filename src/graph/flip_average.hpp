// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "fpcpu/model.hpp"
#include "graph/inference.hpp"

namespace fpcpu {

/// What is done at test time on top of one pass: "none", or "flip" for the average with the mirrored image.
/// @returns true for flip. @throws Error{usage} for another name, naming the nearest.
[[nodiscard]] bool is_flip(std::string_view tta);

/// Flip-averaged prediction: the mean of the points found in the image and of those found in its mirror image, turned
/// back and with the left and the right ones swapped. Twice the time of one pass.
///   p_k = (f(x)_k + M f(mirror x)_mirror[k]) / 2      M: x -> -x, in fractions relative to the middle
class FlipAverage {
 public:
  /// @throws Error{usage} if the model has no table for its points.
  FlipAverage(const Preprocessing& preprocessing, int batch);

  /// @param x  n images as the network takes them. @param points  n,2K found in them; may be memory of `network`.
  /// Returns n,2K, valid until the next call.
  const float* run(InferenceNetwork& network, const float* x, const float* points, int n);

 private:
  Shape input_;
  std::vector<int> mirror_;
  AlignedBuffer<float> mirrored_;
  std::vector<float> average_;
};

}  // namespace fpcpu
