// SPDX-License-Identifier: MIT
#include "data/augment.hpp"

#include <numeric>

#include "core/coordinates.hpp"
#include "data/augments/colour.hpp"
#include "data/augments/geometry.hpp"
#include "data/augments/pixels.hpp"
#include "data/augments/stage.hpp"

namespace fpcpu {

namespace {

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

bool augment_sample(const Source& source, const Landmarks& points, const Preprocessing& preprocessing,
                    const AugmentOptions& options, const SampleDraws& draws, AugmentScratch& scratch, SampleOut out) {
  scratch.points.resize(points.xy.size());
  const Shape input = preprocessing.input;
  const Placement placement = place_sample(source, points, input, options, draws, scratch.points);
  const Map2D map = source.from_original() * placement.input_to_original;
  ToneCurve curve;
  std::iota(curve.begin(), curve.end(), std::uint8_t{0});
  augment_stage(options, draws, curve);
  scratch.planes.resize(input.size());
  Pixels pixels{scratch.planes.data(), input, scratch.work};
  const ToneCurve* tones = is_any_on<ToneCurve>(options) ? &curve : nullptr;
  warp(source.image, map, input, tones, scratch.resample, pixels.data, Layout::planar);
  Recolouring colours{.before = pixels.all()};
  augment_stage(options, draws, colours);
  recolour(colours, pixels);
  augment_stage(options, draws, pixels);
  normalise_planes(preprocessing, pixels.data, out.x);
  write_targets(points, preprocessing, placement.mirrored, scratch.points, out);
  return placement.mirrored;
}

}  // namespace fpcpu
