// SPDX-License-Identifier: MIT
#include "graph/flip_average.hpp"

#include <algorithm>
#include <array>

#include "core/nearest.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

bool is_flip(std::string_view tta) {
  constexpr std::array<std::string_view, 2> kNames = {"none", "flip"};
  if (std::find(kNames.begin(), kNames.end(), tta) != kNames.end()) return tta == "flip";
  throw Error(ErrorCode::usage, "--tta " + std::string(tta) + " is not known." + suggest(tta, kNames));
}

FlipAverage::FlipAverage(const Preprocessing& preprocessing, int batch)
    : input_(preprocessing.input),
      mirror_(preprocessing.mirror),
      mirrored_(static_cast<std::size_t>(batch) * input_.size()),
      average_(static_cast<std::size_t>(batch) * 2 * static_cast<std::size_t>(preprocessing.points)) {
  if (mirror_.size() == static_cast<std::size_t>(preprocessing.points)) return;
  throw Error(
      ErrorCode::usage,
      "--tta flip: the model does not know which of its points swap in a mirror. Leave --tta out, or train with "
      "--mirror LIST.");
}

const float* FlipAverage::run(InferenceNetwork& network, const float* x, const float* points, int n) {
  const auto count = static_cast<std::size_t>(n);
  std::copy_n(points, count * 2 * mirror_.size(), average_.begin());
  const auto channels = static_cast<std::size_t>(input_.c);
  const auto width = static_cast<std::size_t>(input_.w);
  const std::size_t rows = count * static_cast<std::size_t>(input_.h);
  for (std::size_t row = 0; row < rows; ++row) {
    const float* from = x + row * width * channels;
    float* to = mirrored_.data() + row * width * channels;
    for (std::size_t i = 0; i < width; ++i) std::copy_n(from + (width - 1 - i) * channels, channels, to + i * channels);
  }
  const float* found = network.points(network.run(mirrored_.data(), n), n);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t first = i * mirror_.size();
    for (std::size_t k = 0; k < mirror_.size(); ++k) {
      float* average = average_.data() + 2 * (first + k);
      const float* other = found + 2 * (first + static_cast<std::size_t>(mirror_[k]));
      average[0] = 0.5F * (average[0] - other[0]);
      average[1] = 0.5F * (average[1] + other[1]);
    }
  }
  return average_.data();
}

}  // namespace fpcpu
