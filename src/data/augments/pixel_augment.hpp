// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "core/rng.hpp"
#include "data/augment.hpp"

namespace fpcpu {

/// The sample while its pixels are changed: floats 0..255, not yet normalised. Values may leave the range; they are
/// clamped at the end. One plane per channel (C,H,W): loops over a plane become vector code, loops over triples do not.
struct Pixels {
  float* data = nullptr;
  Shape shape;

  [[nodiscard]] std::span<float> all() const noexcept { return {data, shape.size()}; }
  [[nodiscard]] std::size_t area() const noexcept {
    return static_cast<std::size_t>(shape.h) * static_cast<std::size_t>(shape.w);
  }
  [[nodiscard]] float* plane(int c) const noexcept { return data + static_cast<std::size_t>(c) * area(); }
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
void augment_jpeg(const AugmentOptions&, Rng&, Pixels, AugmentScratch&);

/// All of them in the order of a camera: light, things in the way, lens, sensor, file.
[[nodiscard]] std::span<const PixelAugment> pixel_augments();

}  // namespace fpcpu
