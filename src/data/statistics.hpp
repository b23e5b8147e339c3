// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "fpcpu/dataset.hpp"
#include "fpcpu/shape.hpp"

namespace fpcpu {

/// Per channel, in values 0..255.
struct ChannelStatistics {
  std::vector<float> mean;
  std::vector<float> deviation;  // at least 1
};

/// Mean and standard deviation of each channel over the images as the network would see them before normalising. Beyond
/// `max_images` an evenly spread part of the set stands for all of it: a thousand faces settle both to well under 1 %.
/// @param progress called with the number of images measured and to measure; may be empty.
/// @throws what decoding an image throws, once for all images that cannot be decoded.
[[nodiscard]] ChannelStatistics channel_statistics(const Dataset& data, Shape input,
                                                   const std::function<void(std::size_t, std::size_t)>& progress = {},
                                                   std::size_t max_images = 1000);

}  // namespace fpcpu
