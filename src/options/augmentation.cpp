// SPDX-License-Identifier: MIT
#include "options/augmentation.hpp"

#include <array>
#include <string>
#include <string_view>

#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

using A = AugmentOptions;
using O = TrainOptions;

/// An option and the range that it replaces.
struct Range {
  std::string_view name;
  float O::*given;
  float A::*value;
  float A::*needs = nullptr;  // without effect while that one is zero
  std::string_view needs_name = {};
};

constexpr Range kRanges[] = {
    {"aug-mirror", &O::aug_mirror, &A::mirror},
    {"aug-rotation", &O::aug_rotation, &A::rotation},
    {"aug-rotation-chance", &O::aug_rotation_chance, &A::rotation_chance, &A::rotation, "aug-rotation"},
    {"aug-scale", &O::aug_scale, &A::scale},
    {"aug-shift", &O::aug_shift, &A::shift},
    {"aug-perspective", &O::aug_perspective, &A::perspective},
    {"aug-crop", &O::aug_crop, &A::crop},
    {"aug-crop-chance", &O::aug_crop_chance, &A::crop_chance, &A::crop, "aug-crop"},
    {"aug-brightness", &O::aug_brightness, &A::brightness},
    {"aug-contrast", &O::aug_contrast, &A::contrast},
    {"aug-gamma", &O::aug_gamma, &A::gamma},
    {"aug-hue", &O::aug_hue, &A::hue},
    {"aug-saturation", &O::aug_saturation, &A::saturation},
    {"aug-value", &O::aug_value, &A::value},
    {"aug-gray", &O::aug_gray, &A::gray},
    {"aug-occlusion", &O::aug_occlusion, &A::occlusion},
    {"aug-occlusion-chance", &O::aug_occlusion_chance, &A::occlusion_chance, &A::occlusion, "aug-occlusion"},
    {"aug-blur", &O::aug_blur, &A::blur},
    {"aug-blur-chance", &O::aug_blur_chance, &A::blur_chance, &A::blur, "aug-blur"},
    {"aug-noise", &O::aug_noise, &A::noise},
    {"aug-noise-chance", &O::aug_noise_chance, &A::noise_chance, &A::noise, "aug-noise"},
    {"aug-jpeg-chance", &O::aug_jpeg_chance, &A::jpeg_chance},
    {"aug-jpeg-low", &O::aug_jpeg_low, &A::jpeg_low, &A::jpeg_chance, "aug-jpeg-chance"},
    {"aug-jpeg-high", &O::aug_jpeg_high, &A::jpeg_high, &A::jpeg_chance, "aug-jpeg-chance"},
    {"aug-calm", &O::aug_calm, &A::calm},
};

[[nodiscard]] bool is_set(const TrainOptions& options, const Range& range) { return options.*range.given >= 0; }

AugmentOptions preset_with_ranges(const TrainOptions& options) {
  AugmentOptions result = augment_preset(options.augment);
  for (const Range& range : kRanges) {
    if (is_set(options, range)) result.*range.value = options.*range.given;
  }
  return result;
}

}  // namespace

AugmentOptions augment_options(const TrainOptions& options, int channels) {
  AugmentOptions result = preset_with_ranges(options);
  if (channels == 1) result.hue = result.saturation = result.gray = 0;
  return result;
}

void resolve_augmentation(TrainOptions& options, int channels) {
  check_augmentation(options, channels);
  AugmentOptions resolved = augment_options(options, channels);
  if (calmed(resolved) == resolved) resolved.calm = 0;
  for (const Range& range : kRanges) {
    const bool off = range.needs != nullptr && resolved.*range.needs == 0;
    options.*range.given = off ? -1.0F : resolved.*range.value;
  }
}

void check_augmentation(const TrainOptions& options, int channels) {
  const AugmentOptions all = preset_with_ranges(options);
  for (const Range& range : kRanges) {
    if (range.needs == nullptr || !is_set(options, range) || all.*range.needs > 0) continue;
    throw Error(ErrorCode::usage, "--" + std::string(range.name) + " has no effect: --" +
                                      std::string(range.needs_name) + " is 0 in the preset '" + options.augment +
                                      "'. Give --" + std::string(range.needs_name) + " too.");
  }
  if (all.jpeg_low > all.jpeg_high) {
    throw Error(ErrorCode::usage, "--aug-jpeg-low must not be above --aug-jpeg-high.");
  }
  if (options.aug_calm > 0 && calmed(all) == all) {
    throw Error(ErrorCode::usage, "--aug-calm has no effect: no change of light, colour or sharpness is on.");
  }
  if (channels != 1) return;
  for (const Range& range : kRanges) {
    const bool colour = range.value == &A::hue || range.value == &A::saturation || range.value == &A::gray;
    if (colour && options.*range.given > 0) {
      throw Error(ErrorCode::usage,
                  "--" + std::string(range.name) + " has no effect on an input of one channel; leave it out.");
    }
  }
}

}  // namespace fpcpu
