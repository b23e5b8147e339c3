// SPDX-License-Identifier: MIT
#include "data/synth/cut.hpp"

#include <algorithm>

#include "core/rng.hpp"

namespace fpcpu::synth {

Cut draw_cut(std::uint64_t seed, std::uint64_t index, int side, const Landmarks& marks) {
  constexpr float kChance = 0.14F;
  constexpr float kMost = 0.3F;
  Cut cut{0, 0, side, side};
  Rng rng(seed, RandomUse::synth, index, 2);
  if (!rng.chance(kChance)) return cut;
  const auto whole = static_cast<float>(side);
  const bool across = rng.chance(0.5F);
  const bool far = rng.chance(0.5F);
  // Free space between the side of the picture and the nearest point.
  float room = whole;
  for (std::size_t j = across ? 0 : 1; j < marks.xy.size(); j += 2)
    room = std::min(room, far ? whole - marks.xy[j] : marks.xy[j]);
  const float wanted = rng.uniform(0.05F, kMost) * whole;
  const int gone = static_cast<int>(std::clamp(wanted, 0.0F, std::max(0.0F, room - 0.05F * whole)));
  (across ? cut.width : cut.height) -= gone;
  if (!far) (across ? cut.left : cut.top) = gone;
  return cut;
}

Image crop(const Image& image, const Cut& cut) {
  Image part{cut.width, cut.height, image.channels, {}};
  const auto row = static_cast<std::ptrdiff_t>(cut.width) * image.channels;
  part.pixels.reserve(static_cast<std::size_t>(row * cut.height));
  for (int y = 0; y < cut.height; ++y) {
    const auto first = (static_cast<std::ptrdiff_t>(y + cut.top) * image.width + cut.left) * image.channels;
    part.pixels.insert(part.pixels.end(), image.pixels.begin() + first, image.pixels.begin() + first + row);
  }
  return part;
}

}  // namespace fpcpu::synth
