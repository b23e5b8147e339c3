// SPDX-License-Identifier: MIT
// Weight gradient of the convolution: the same register tile with the filter's positions as rows and pixels as depth.

#include "kernels/simd/conv_algorithms.hpp"
#include "kernels/simd/weight_bands.hpp"
#include "kernels/simd/weight_tile.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME::direct {

namespace {

// The dy panel of a band (this many pixels) and the lines of x that pass by share the first-level cache.
constexpr int kMaxBandPixels = 192;
constexpr int kShortLine = 16;

/// The panels of channels [begin, end) of one tile of m rows: what it reads of x stays in the first-level cache, and dw
/// is written row by row.
void run_tile(WeightJob job, const float* panels, int begin, int end, int m, const float* x, float* dw) {
  const Index pixels = static_cast<Index>(job.lines) * job.pixels;
  for (int n = begin; n < end; n += kPanel) {
    job.dy = panels + n * pixels;
    job.columns = min_int(kPanel, end - n);
    if (job.columns > kLanes) {
      weight_function<2>(m)(job, x, dw + n);
    } else {
      weight_function<1>(m)(job, x, dw + n);
    }
  }
}

HWY_INLINE BandPlan plan_weights(const Walk& w) { return plan_band(w, Members::places, kShortLine, kMaxBandPixels); }

}  // namespace

std::size_t weights_scratch_size(const ConvShape& s) noexcept {
  const Walk w = forward_walk(s);
  const BandPlan plan = plan_weights(w);
  const Index x = (band_elements(w, plan) + 15) / 16 * 16;
  const Index steps = plan.joined ? line_steps(plan, plan.band_rows * s.ow)
                                  : static_cast<Index>(plan.band_rows) * line_steps(plan, s.ow);
  return static_cast<std::size_t>(x + steps * ceil_div(w.group_out, kLanes) * kLanes);
}

void backward_weights(const ConvShape& s, const ConvBackwardWeights<float>& a) noexcept {
  const Walk w = forward_walk(s);
  const BandPlan plan = plan_weights(w);
  float* panels = a.scratch + (band_elements(w, plan) + 15) / 16 * 16;
  const int tiles = ceil_div(plan.segment_length, kTileRows<2>);
  const int size = plan.segment_length / tiles;
  const int larger = plan.segment_length % tiles;
  const int end = end_of(a.channels, w.group_out);
  for_each_band(s, a, w, plan, [&](const Band& band, const float* dy, int count, bool add) {
    WeightJob job{};
    job.lines = band.lines;
    job.pixels = band.pixels;
    job.line = band.line;
    job.pixel = band.pixel;
    job.dw_stride = s.k;
    job.add = add;
    const Index steps = static_cast<Index>(band.lines) * band.pixels;
    for (int g = 0; g < w.groups; ++g) {
      const int first = g * w.group_out;
      for (int n = a.channels.begin; n < end; n += kPanel) {
        const int columns = min_int(kPanel, end - n);
        pack_gradient(dy + first + n, band.lines, count * s.ow / band.lines, s.k, columns,
                      columns > kLanes ? kPanel : kLanes, panels + n * steps,
                      a.db == nullptr ? nullptr : a.db + first + n, add);
      }
      float* dw = a.dw + first;
      for (int segment = 0; segment < plan.segments; ++segment) {
        const float* from =
            band.base + static_cast<Index>(g) * plan.group_words + segment_offset(w, plan, band, segment);
        for (int t = 0; t < tiles; ++t) {
          const int m = t < larger ? size + 1 : size;
          run_tile(job, panels, a.channels.begin, end, m, from, dw);
          from += m;
          dw += m * job.dw_stride;
        }
      }
    }
  });
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME::direct
