// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fpcpu/shape.hpp"

namespace fpcpu {

/// How an image becomes the network's input and its output becomes points. Stored in every model file.
///
/// Input: the whole image is resized to `input` (aspect ratio is not kept: x and y have their own scale), gray is
/// repeated to three channels or colour weighted to one (luma), and each channel becomes (value - mean) / deviation
/// with values 0..255. Output: 2K numbers x1,y1,..., as fractions of the image relative to its middle:
///   x = (t_x + 0.5) * width - 0.5   in pixels of the original image, centre of the top-left pixel at (0,0).
struct Preprocessing {
  Shape input{96, 96, 3};
  int points = 14;
  std::vector<float> mean{127.5F, 127.5F, 127.5F};
  std::vector<float> deviation{64.0F, 64.0F, 64.0F};
  std::vector<float> mean_shape;              // 2K, same convention as the output
  std::vector<int> mirror;                    // mirror[k] is the point that k becomes in the mirrored image
  std::vector<std::string> point_names = {};  // K, or empty where the data only counted its points
  std::vector<int> unseen = {};  // points, from 0, that no training image showed: nothing was learnt of them
};

/// Facts about how a model came to be, kept with it: seed, epochs, data, metrics, versions. Plain text values.
using Facts = std::map<std::string, std::string>;

}  // namespace fpcpu
