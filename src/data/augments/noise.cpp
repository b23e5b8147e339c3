// SPDX-License-Identifier: MIT
#include <array>

#include "data/augments/pixel_augment.hpp"

namespace fpcpu {

namespace {

// Box-Muller for each of 27 thousand values would cost more than the warp; windows into one table look the same.
constexpr std::size_t kTable = 4096;
constexpr std::size_t kRun = 256;

const std::array<float, kTable>& normal_table() {
  static const std::array<float, kTable> table = [] {
    std::array<float, kTable> t{};
    Rng rng(0x6E6F697365, RandomUse::augment);
    for (float& v : t) v = rng.normal();
    return t;
  }();
  return table;
}

}  // namespace

void augment_noise(const AugmentOptions& o, Rng& rng, Pixels pixels, AugmentScratch&) {
  if (o.noise <= 0 || !rng.chance(o.noise_chance)) return;
  const float sigma = 255 * rng.uniform(0, o.noise);
  const auto& table = normal_table();
  const std::span<float> all = pixels.all();
  for (std::size_t i = 0; i < all.size(); i += kRun) {
    const float* noise = table.data() + rng.below(static_cast<std::uint32_t>(kTable - kRun));
    const std::size_t count = std::min(kRun, all.size() - i);
    for (std::size_t j = 0; j < count; ++j) all[i + j] += sigma * noise[j];
  }
}

}  // namespace fpcpu
