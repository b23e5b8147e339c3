// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "data/augments/augmentation.hpp"
#include "data/augments/pixels.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {{.name = "noise",
                                     .value = "X",
                                     .help = "Gaussian noise of up to this sigma, 1 = the range of values",
                                     .full = 8.0F / 255},
                                    chance_range("noise-chance", "chance of noise", 0.3F)};

// Box-Muller for each of 27 thousand values would cost more than the warp; windows into one table look the same.
constexpr std::size_t kTable = 4096;
constexpr std::size_t kRun = 256;

const std::array<float, kTable>& normal_table() {
  static const std::array<float, kTable> table = [] {
    std::array<float, kTable> t{};
    Rng rng(0x6E6F697365, RandomUse::augment);
    for (float& value : t) value = rng.normal();
    return t;
  }();
  return table;
}

void apply(AugmentValues v, Rng& rng, Pixels& pixels) {
  const float sigma = 255 * rng.uniform(0, v[0]);
  const auto& table = normal_table();
  const std::span<float> all = pixels.all();
  for (std::size_t i = 0; i < all.size(); i += kRun) {
    const float* noise = table.data() + rng.below(static_cast<std::uint32_t>(kTable - kRun));
    const std::size_t count = std::min(kRun, all.size() - i);
    for (std::size_t j = 0; j < count; ++j) all[i + j] += sigma * noise[j];
  }
}

}  // namespace

Augmentation noise() { return {.name = "noise", .ranges = kRanges, .effect = apply, .calm = Calm::off}; }

}  // namespace fpcpu::augments
