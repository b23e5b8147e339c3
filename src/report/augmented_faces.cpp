// SPDX-License-Identifier: MIT
#include "report/augmented_faces.hpp"

#include <algorithm>
#include <cmath>

#include "core/coordinates.hpp"

namespace fpcpu {

namespace {

/// The inverse of normalise().
Image to_image(const Preprocessing& p, const float* pixels) {
  Image image{p.input.w, p.input.h, p.input.c, {}};
  const auto channels = static_cast<std::size_t>(p.input.c);
  for (std::size_t i = 0; i < p.input.size(); ++i) {
    const float value = pixels[i] * p.deviation[i % channels] + p.mean[i % channels];
    image.pixels.push_back(static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, 255.0F))));
  }
  return image;
}

}  // namespace

std::vector<ReportFace> augmented_faces(const DatasetPtr& data, const Preprocessing& preprocessing,
                                        LoaderOptions options, int count) {
  // What happens to a sample depends on seed, epoch and sample only, so a loader of small batches makes the same
  // images.
  options.batch = count;
  options.cache_mb = 0;
  Loader loader(data, preprocessing, options);
  loader.start(0);
  const Batch* batch = loader.next();
  const auto points = static_cast<std::size_t>(preprocessing.points);
  std::vector<ReportFace> faces;
  for (std::size_t i = 0; i < static_cast<std::size_t>(batch->n); ++i) {
    ReportFace face;
    face.name = data->name(batch->samples[i]);
    face.image = to_image(preprocessing, batch->x + i * preprocessing.input.size());
    to_pixels({batch->targets + i * 2 * points, 2 * points}, preprocessing.input.w, preprocessing.input.h,
              face.truth.xy);
    face.truth.visible.assign(batch->visible + i * points, batch->visible + (i + 1) * points);
    faces.push_back(std::move(face));
  }
  return faces;
}

}  // namespace fpcpu
