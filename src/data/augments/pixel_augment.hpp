#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "core/rng.hpp"
#include "data/augment.hpp"

namespace fpcpu {

/// The sample while its pixels are changed: floats 0..255, H,W,C, not yet normalised. Values may leave the range; they
/// are clamped at the end.
struct Pixels {
  float* data = nullptr;
  Shape shape;

  [[nodiscard]] std::span<float> all() const noexcept { return {data, shape.size()}; }
};

/// One kind of change. It draws from `rng` only when its options are on, so switching one off leaves no trace.
struct PixelAugment {
  std::string_view name;
  void (*apply)(const AugmentOptions& options, Rng& rng, Pixels pixels, AugmentScratch& scratch);
};

void augment_colour(const AugmentOptions&, Rng&, Pixels, AugmentScratch&);
void augment_occlusion(const AugmentOptions&, Rng&, Pixels, AugmentScratch&);
void augment_blur(const AugmentOptions&, Rng&, Pixels, AugmentScratch&);
void augment_noise(const AugmentOptions&, Rng&, Pixels, AugmentScratch&);

/// All of them in the order of a camera: light, things in the way, lens, sensor.
[[nodiscard]] std::span<const PixelAugment> pixel_augments();

}  // namespace fpcpu
