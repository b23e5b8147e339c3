// Weight gradient of the convolution: the same register tile with the filter's positions as rows and pixels as depth.

#include "kernels/simd/conv_plan.hpp"
#include "kernels/simd/kernels.hpp"
#include "kernels/simd/tile.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

namespace {

constexpr int kPanel = 2 * kLanes;
// The dy panel of a band (this many pixels) and the lines of x that pass by share the first-level cache.
constexpr int kMaxBandPixels = 192;
constexpr int kShortLine = 16;

struct WeightJob {
  const float* dy;  // packed panel, NV * kLanes per pixel, lines one after the other
  int lines, pixels;
  Index line, pixel;  // strides of x
  Index dw_stride;    // between the rows of a tile
  int columns;        // of this panel that exist
  bool add;           // dw already holds a part of the sum
};

HWY_NOINLINE void add_part(V sum, float* dw, int columns, bool add) {
  store_some(add ? hn::Add(sum, load_some(dw, columns)) : sum, dw, columns);
}

/// dw[m][n] (+)= sum over pixels of x[pixel][m] * dy[pixel][n]
template <int M, int NV>
void tile_weights(const WeightJob& job, const float* HWY_RESTRICT x, float* HWY_RESTRICT dw) {
  V acc[M][NV];
  unroll<M>([&](auto m) FPCPU_INLINE {
    unroll<NV>([&](auto n) FPCPU_INLINE { acc[decltype(m)::value][decltype(n)::value] = hn::Zero(d); });
  });
  const float* HWY_RESTRICT b = job.dy;
  for (int line = 0; line < job.lines; ++line) {
    const float* HWY_RESTRICT a = x + line * job.line;
    for (int p = 0; p < job.pixels; ++p) {
      V bv[NV];
      unroll<NV>([&](auto n) FPCPU_INLINE { bv[decltype(n)::value] = hn::LoadU(d, b + decltype(n)::value * kLanes); });
      unroll<M>([&](auto m) FPCPU_INLINE {
        constexpr int kM = decltype(m)::value;
        const V av = hn::Set(d, a[kM]);
        unroll<NV>([&](auto n) FPCPU_INLINE {
          constexpr int kN = decltype(n)::value;
          acc[kM][kN] = hn::MulAdd(av, bv[kN], acc[kM][kN]);
        });
      });
      a += job.pixel;
      b += NV * kLanes;
    }
  }
  const bool whole = job.columns == NV * kLanes;
  unroll<M>([&](auto m) FPCPU_INLINE {
    constexpr int kM = decltype(m)::value;
    unroll<NV>([&](auto n) FPCPU_INLINE {
      constexpr int kN = decltype(n)::value;
      float* out = dw + kM * job.dw_stride + kN * kLanes;
      if (whole) {
        hn::StoreU(job.add ? hn::Add(acc[kM][kN], hn::LoadU(d, out)) : acc[kM][kN], d, out);
      } else {
        add_part(acc[kM][kN], out, job.columns - kN * kLanes, job.add);
      }
    });
  });
}

using WeightFunction = void (*)(const WeightJob&, const float*, float*);

template <int NV, int M = kTileRows<NV>>
HWY_INLINE WeightFunction weight_function(int m) {
  if constexpr (M == 1) {
    return &tile_weights<1, NV>;
  } else {
    return m == M ? &tile_weights<M, NV> : weight_function<NV, M - 1>(m);
  }
}

/// Copies `columns` channels of `pixels` pixels of dy into a panel `width` wide, zero padded, and adds up their sums.
void pack_gradient(const float* HWY_RESTRICT dy, int pixels, int k, int columns, int width, float* HWY_RESTRICT panel,
                   float* db, bool add) {
  for (int n = 0; n < width; n += kLanes) {
    V sum = hn::Zero(d);
    for (int p = 0; p < pixels; ++p) {
      const V v = load_some(dy + static_cast<Index>(p) * k + n, columns - n);
      hn::StoreU(v, d, panel + static_cast<Index>(p) * width + n);
      sum = hn::Add(sum, v);
    }
    if (db != nullptr) add_part(sum, db + n, columns - n, add);
  }
}

/// All panels of one tile of m rows: what it reads of x stays in the first-level cache, and dw is written row by row.
void run_tile(WeightJob job, const float* panels, int channels, int m, const float* x, float* dw) {
  const Index pixels = static_cast<Index>(job.lines) * job.pixels;
  for (int n = 0; n < channels; n += kPanel) {
    job.dy = panels + n * pixels;
    job.columns = min_int(kPanel, channels - n);
    if (job.columns > kLanes) {
      weight_function<2>(m)(job, x, dw + n);
    } else {
      weight_function<1>(m)(job, x, dw + n);
    }
  }
}

HWY_INLINE BandPlan plan_weights(const Walk& w) { return plan_band(w, kShortLine, kMaxBandPixels); }

}  // namespace

std::size_t conv_weights_scratch_size(const ConvShape& s) noexcept {
  const Walk w = forward_walk(s);
  const BandPlan plan = plan_weights(w);
  const Index x = (band_elements(w, plan) + 15) / 16 * 16;
  return static_cast<std::size_t>(x +
                                  static_cast<Index>(plan.band_rows) * s.ow * ceil_div(w.group_out, kLanes) * kLanes);
}

void conv_backward_weights(const ConvShape& s, const ConvBackwardWeights<float>& a) noexcept {
  const Walk w = forward_walk(s);
  const BandPlan plan = plan_weights(w);
  float* panels = a.scratch + (band_elements(w, plan) + 15) / 16 * 16;
  const int tiles = ceil_div(plan.segment_length, kTileRows<2>);
  const int size = plan.segment_length / tiles;
  const int larger = plan.segment_length % tiles;
  for (int row = 0; row < s.oh; row += plan.band_rows) {
    const int count = min_int(plan.band_rows, s.oh - row);
    const Band band = prepare_band(w, plan, a.x, row, count, a.scratch);
    const float* dy = a.dy + static_cast<Index>(row) * s.ow * s.k;
    WeightJob job{};
    job.lines = band.lines;
    job.pixels = band.pixels;
    job.line = band.line;
    job.pixel = band.pixel;
    job.dw_stride = s.k;
    job.add = a.beta != 0.0F || row > 0;
    for (int g = 0; g < w.groups; ++g) {
      const int first = g * w.group_out;
      for (int n = 0; n < w.group_out; n += kPanel) {
        const int columns = min_int(kPanel, w.group_out - n);
        pack_gradient(dy + first + n, count * s.ow, s.k, columns, columns > kLanes ? kPanel : kLanes,
                      panels + static_cast<Index>(n) * count * s.ow, a.db == nullptr ? nullptr : a.db + first + n,
                      job.add);
      }
      float* dw = a.dw + first;
      for (int segment = 0; segment < plan.segments; ++segment) {
        const float* x = band.base + static_cast<Index>(g) * w.group_in + segment_offset(w, plan, band, segment);
        for (int t = 0; t < tiles; ++t) {
          const int m = t < larger ? size + 1 : size;
          run_tile(job, panels, w.group_out, m, x, dw);
          x += m;
          dw += m * job.dw_stride;
        }
      }
    }
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
