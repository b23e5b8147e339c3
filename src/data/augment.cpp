// SPDX-License-Identifier: MIT
#include "data/augment.hpp"

#include <array>
#include <cmath>
#include <string>

#include "core/coordinates.hpp"
#include "core/nearest.hpp"
#include "data/augments/geometry.hpp"
#include "data/augments/pixel_augment.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

constexpr std::array<PixelAugment, 5> kPixelAugments = {{{"colour", augment_colour},
                                                         {"occlusion", augment_occlusion},
                                                         {"blur", augment_blur},
                                                         {"noise", augment_noise},
                                                         {"jpeg", augment_jpeg}}};

/// Gamma on the source values: a table costs nothing there, a power per output value would double the time.
ToneCurve gamma_curve(float gamma) {
  ToneCurve curve{};
  for (std::size_t i = 0; i < curve.size(); ++i) {
    curve[i] = static_cast<std::uint8_t>(std::lround(255 * std::pow(static_cast<double>(i) / 255, gamma)));
  }
  return curve;
}

void write_targets(const Landmarks& points, const Preprocessing& preprocessing, bool mirrored,
                   std::span<const float> warped, SampleOut out) {
  for (std::size_t k = 0; k < points.visible.size(); ++k) {
    const std::size_t to = mirrored ? static_cast<std::size_t>(preprocessing.mirror[k]) : k;
    const bool visible = points.visible[k] != 0;
    out.visible[to] = visible ? 1.0F : 0.0F;
    out.targets[2 * to] = visible ? pixel_to_fraction(warped[2 * k], preprocessing.input.w) : 0.0F;
    out.targets[2 * to + 1] = visible ? pixel_to_fraction(warped[2 * k + 1], preprocessing.input.h) : 0.0F;
  }
}

}  // namespace

std::span<const PixelAugment> pixel_augments() { return kPixelAugments; }

AugmentOptions augment_preset(std::string_view name) {
  AugmentOptions o;
  if (name == "none") return o;
  o.mirror = 0.5F;
  o.rotation = 20;
  o.scale = 0.15F;
  o.shift = 0.06F;
  o.brightness = 0.15F;
  o.contrast = 0.3F;
  o.gray = 0.1F;
  if (name == "basic") return o;
  o.perspective = 0.05F;
  o.crop = 0.1F;
  o.brightness = 0.2F;
  o.gamma = 0.4F;
  o.hue = 0.03F;
  o.saturation = 0.3F;
  o.value = 0.2F;
  o.occlusion = 0.3F;
  o.blur = 1.2F;
  o.noise = 8.0F / 255;
  o.jpeg_chance = 0.3F;
  o.calm = 0.1F;
  if (name == "full") return o;
  static constexpr std::array<std::string_view, 3> kNames = {"none", "basic", "full"};
  throw Error(ErrorCode::usage, "no augmentation is called '" + std::string(name) + "'." + suggest(name, kNames));
}

AugmentOptions calmed(AugmentOptions options) {
  for (float* range :
       {&options.brightness, &options.contrast, &options.gamma, &options.hue, &options.saturation, &options.value}) {
    *range *= 0.5F;
  }
  options.gray = options.occlusion = options.blur = options.noise = options.jpeg_chance = 0;
  return options;
}

bool is_calm_epoch(const AugmentOptions& options, int epoch, int epochs) {
  // A part such as 0.3 is a little less than that in binary; 3 of 10 epochs are meant all the same.
  const int calm = static_cast<int>(static_cast<double>(options.calm) * epochs + 1e-4);
  return epoch >= epochs - calm;
}

bool augment_sample(const Source& source, const Landmarks& points, const Preprocessing& preprocessing,
                    const AugmentOptions& options, Rng rng, AugmentScratch& scratch, SampleOut out) {
  scratch.points.resize(points.xy.size());
  const Shape input = preprocessing.input;
  const Placement placement = place_sample(source, points, input, options, rng, scratch.points);
  const Map2D map = source.from_original() * placement.input_to_original;
  ToneCurve curve;
  if (options.gamma > 0) {
    const float limit = std::log(1 + options.gamma);
    curve = gamma_curve(std::exp(rng.uniform(-limit, limit)));
  }
  scratch.planes.resize(input.size());
  float* planes = scratch.planes.data();
  warp(source.image, map, input, options.gamma > 0 ? &curve : nullptr, scratch.resample, planes, Layout::planar);
  for (const PixelAugment& augment : kPixelAugments) augment.apply(options, rng, {planes, input}, scratch);
  normalise_planes(preprocessing, planes, out.x);
  write_targets(points, preprocessing, placement.mirrored, scratch.points, out);
  return placement.mirrored;
}

}  // namespace fpcpu
