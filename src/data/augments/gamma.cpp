// SPDX-License-Identifier: MIT
#include <cmath>

#include "data/augments/augmentation.hpp"

namespace fpcpu::augments {

namespace {

constexpr AugmentRange kRanges[] = {{.name = "gamma",
                                     .value = "X",
                                     .help = "gamma curve with an exponent of 1/(1+X) to 1+X",
                                     .limit = 8,
                                     .full = 0.4F}};

/// On the bytes of the image: a table costs nothing there, a power per value of the sample would double the time.
void apply(AugmentValues v, Rng& rng, ToneCurve& curve) {
  const float limit = std::log(1 + v[0]);
  const float gamma = std::exp(rng.uniform(-limit, limit));
  for (std::uint8_t& tone : curve) {
    tone = static_cast<std::uint8_t>(std::lround(255 * std::pow(static_cast<double>(tone) / 255, gamma)));
  }
}

}  // namespace

Augmentation gamma() { return {.name = "gamma", .ranges = kRanges, .effect = apply, .calm = Calm::half}; }

}  // namespace fpcpu::augments
