// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "data/augment_options.hpp"
#include "data/augments/sample_draws.hpp"
#include "data/resample.hpp"
#include "fpcpu/dataset.hpp"
#include "fpcpu/model.hpp"

namespace fpcpu {

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
  std::vector<float> work;    // of one augmentation
};

/// Writes one sample: warp, pixel changes, normalisation, targets. A pure function of its arguments; `draws` decides all.
/// Returns whether the sample is mirrored.
/// With all-zero options the pixels equal prepare_image bit for bit.
/// Points keep clear of the border: none comes closer than 2 % of the side (or than it was, if that is less); when ten
/// attempts at the geometry fail, the sample keeps its geometry apart from mirroring.
/// @param points  in pixels of the original image
bool augment_sample(const Source& source, const Landmarks& points, const Preprocessing& preprocessing,
                    const AugmentOptions& options, const SampleDraws& draws, AugmentScratch& scratch, SampleOut out);

}  // namespace fpcpu
