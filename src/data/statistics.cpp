// SPDX-License-Identifier: MIT
#include "data/statistics.hpp"

#include <algorithm>
#include <cmath>

#include "data/bad_images.hpp"
#include "data/resample.hpp"

namespace fpcpu {

ChannelStatistics channel_statistics(const Dataset& data, Shape input,
                                     const std::function<void(std::size_t, std::size_t)>& progress,
                                     std::size_t max_images) {
  const auto channels = static_cast<std::size_t>(input.c);
  Preprocessing plain;
  plain.input = input;
  plain.mean.assign(channels, 0.0F);
  plain.deviation.assign(channels, 1.0F);
  ResampleScratch scratch;
  std::vector<float> pixels(input.size());
  std::vector<double> sum(channels, 0);
  std::vector<double> squares(channels, 0);
  const std::size_t images = std::min(data.size(), max_images);
  std::vector<BadImage> bad;
  for (std::size_t i = 0; i < images; ++i) {
    const std::size_t face = i * data.size() / images;
    const auto fault =
        fault_of_image([&] { prepare_source(make_source(data.image(face), input), plain, scratch, pixels.data()); });
    if (fault) {
      bad.push_back({data.place(face), *fault});
      continue;
    }
    for (std::size_t j = 0; j < pixels.size(); ++j) {
      const double v = pixels[j];
      sum[j % channels] += v;
      squares[j % channels] += v * v;
    }
    if (progress) progress(i + 1, images);
  }
  if (!bad.empty()) refuse_bad_images(bad, images);
  ChannelStatistics s;
  const double count = static_cast<double>(images * pixels.size()) / static_cast<double>(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = sum[c] / count;
    s.mean.push_back(static_cast<float>(mean));
    s.deviation.push_back(static_cast<float>(std::sqrt(std::max(squares[c] / count - mean * mean, 1.0))));
  }
  return s;
}

}  // namespace fpcpu
