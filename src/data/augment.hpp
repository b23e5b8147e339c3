// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/rng.hpp"
#include "data/resample.hpp"
#include "fpcpu/dataset.hpp"
#include "fpcpu/model.hpp"

namespace fpcpu {

/// What may happen to a training image. As it stands here nothing does: every range is zero, and a chance decides
/// nothing as long as the range beside it is zero.
/// Lengths are fractions of the image side, angles degrees, brightness in units of the full range 0..255.
struct AugmentOptions {
  // geometry: one warp, one resampling, borders replicated
  float mirror = 0;  // probability
  float rotation_chance = 0.7F;
  float rotation = 0;     // up to +- degrees
  float scale = 0;        // size times 1-scale .. 1+scale
  float shift = 0;        // up to +- of each side
  float perspective = 0;  // each corner moves up to this in x and in y
  float crop_chance = 0.3F;
  float crop = 0;  // up to this is cut off each of the four sides, but never a point
  // light and colour
  float brightness = 0;  // adds up to +-
  float contrast = 0;    // times 1/(1+contrast) .. 1+contrast around the image's mean
  float gamma = 0;       // exponent 1/(1+gamma) .. 1+gamma
  float hue = 0;         // turns the colours by up to +- this part of a full circle
  float saturation = 0;  // times 1-saturation .. 1+saturation
  float value = 0;       // times 1-value .. 1+value around black
  float gray = 0;        // probability of losing all colour
  // things in the way
  float occlusion_chance = 0.3F;
  float occlusion = 0;  // sides of a box, up to this
  // camera
  float blur_chance = 0.3F;
  float blur = 0;  // Gaussian sigma up to this many pixels of a 100-pixel input
  float noise_chance = 0.3F;
  float noise = 0;        // Gaussian sigma up to this, 0..1
  float jpeg_chance = 0;  // probability of the artefacts of a JPEG file
  float jpeg_low = 40;    // its quality, 1..100, is between these
  float jpeg_high = 95;

  float calm = 0;  // in this last part of the epochs `calmed` holds

  friend bool operator==(const AugmentOptions&, const AugmentOptions&) = default;
};

/// `none`, `basic` (geometry, brightness, contrast, gray) or `full` (everything).
/// @throws Error{usage} for another name.
[[nodiscard]] AugmentOptions augment_preset(std::string_view name);

/// The same geometry with gentle pixels, for the end of a run: light and colour change half as much; gray, occlusion,
/// blur, noise and JPEG artefacts rest. What the network sees last is then what it will see in use.
[[nodiscard]] AugmentOptions calmed(AugmentOptions options);

/// Whether epoch `epoch` (from 0) of `epochs` belongs to the calm end: the last `options.calm` of them, whole epochs.
[[nodiscard]] bool is_calm_epoch(const AugmentOptions& options, int epoch, int epochs);

/// One training sample's place in the batch.
struct SampleOut {
  float* x = nullptr;        // H,W,C normalised
  float* targets = nullptr;  // 2K fractions relative to the middle; 0 where not visible
  float* visible = nullptr;  // K
};

/// Buffers that one worker reuses; they grow to the largest image seen and then stay.
struct AugmentScratch {
  ResampleScratch resample;
  std::vector<float> points;  // 2K warped points
  std::vector<float> planes;  // the sample while its pixels change, one channel after the other
  std::vector<float> work;    // of one pixel augmentation
};

/// Writes one sample: warp, pixel changes, normalisation, targets. A pure function of its arguments; `rng` decides all.
/// Returns whether the sample is mirrored.
/// With all-zero options the pixels equal prepare_image bit for bit.
/// Points keep clear of the border: none comes closer than 2 % of the side (or than it was, if that is less); when ten
/// draws of the geometry fail, the sample keeps its geometry apart from mirroring.
/// @param points  in pixels of the original image
bool augment_sample(const Source& source, const Landmarks& points, const Preprocessing& preprocessing,
                    const AugmentOptions& options, Rng rng, AugmentScratch& scratch, SampleOut out);

}  // namespace fpcpu
