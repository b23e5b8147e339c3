// SPDX-License-Identifier: MIT
// Winograd's weight gradient: transform tiles of x and dy, sum their products over the tiles at every position of the
// transform, transform each block of channels back while its sums are in the nearest caches.

#include "kernels/simd/conv_algorithms.hpp"
#include "kernels/simd/weight_tile.hpp"
#include "kernels/simd/winograd.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME::winograd {

namespace {

constexpr Index kBlockElements = 192 * 1024;
// The sums of a block of channels are transformed back once per block of tiles.
constexpr int kLeastTiles = 96;

template <class F>
inline constexpr int kPositions = F::kIn* F::kIn;

/// Sums of one tile of channels at all positions: [position][row of the tile][panel width].
template <class F>
inline constexpr Index kSums = static_cast<Index>(kPositions<F>) * kTileRows<2>* kPanel;

/// Scalars from one position's panels to the next. Without the padding most shapes would put all positions of a vector
/// into the same few cache sets.
HWY_INLINE Index panels_stride(int channels, int words) {
  return static_cast<Index>(padded_channels(channels)) * words + 16;
}

/// Panels [position][panel][word of tiles][panel width] of A dY A^T. Sums over the tiles of dy are added to db.
template <class F>
void transform_gradients(const Grid& g, const float* HWY_RESTRICT dy, int begin, int count, int channel_begin,
                         int channel_end, float* HWY_RESTRICT panels, float* db, bool add) {
  const Index line = static_cast<Index>(g.out_w) * g.out_c;
  const int words = words_of(count);
  const Index position = panels_stride(g.out_c, words);
  alignas(64) static constexpr float kZeros[kLanes] = {};
  const auto map = [](const V(&v)[F::kOut], V(&o)[F::kIn]) FPCPU_INLINE { F::output_adjoint(v, o); };
  for (int n = channel_begin; n < channel_end; n += kLanes) {
    const int rest = g.out_c - n;
    const int panel = n / kPanel * kPanel;
    const int width = g.out_c - panel > kLanes ? kPanel : kLanes;
    float* to = panels + static_cast<Index>(panel) * words + (n - panel);
    V sum = hn::Zero(d);
    for (int t = 0; t < count; ++t) {
      const TileAt at = tile_at<F>(g, begin + t);
      const float* from =
          dy + (static_cast<Index>(at.image) * g.out_h + at.row) * line + static_cast<Index>(at.column) * g.out_c + n;
      const int rows = g.out_h - at.row;
      const int columns = g.out_w - at.column;
      const auto summed = [&](V v) FPCPU_INLINE {
        if (db != nullptr) sum = hn::Add(sum, v);
        return v;
      };
      const auto store = [&](auto i, auto j, V v) FPCPU_INLINE {
        constexpr int kP = decltype(i)::value * F::kIn + decltype(j)::value;
        store_member(v, to + kP * position, t);
      };
      if (rows >= F::kOut && columns >= F::kOut && rest >= kLanes) {
        transform<F::kOut, F::kIn>(
            map,
            [&](auto i, auto j) FPCPU_INLINE {
              const float* p = from + decltype(i)::value * line + decltype(j)::value * static_cast<Index>(g.out_c);
              return summed(hn::LoadU(d, p));
            },
            store);
      } else {
        transform<F::kOut, F::kIn>(
            map,
            [&](auto i, auto j) FPCPU_INLINE {
              constexpr int kI = decltype(i)::value;
              constexpr int kJ = decltype(j)::value;
              const bool exists = kI < rows && kJ < columns;
              return summed(load_some(exists ? from + kI * line + kJ * static_cast<Index>(g.out_c) : kZeros, rest));
            },
            store);
      }
      if (t % kPerWord == kPerWord - 1) to += width;
    }
    for (int p = 0; count % kPerWord != 0 && p < kPositions<F>; ++p) finish_word(to + p * position);
    if (db != nullptr) add_part(sum, db + n, rest, add);
  }
}

/// dw of `rows` input channels and one vector of output channels from their sums: G^T u G.
template <class F>
void transform_back(const ConvShape& s, const float* HWY_RESTRICT sums, int rows, int width, int columns, bool add,
                    float* HWY_RESTRICT dw) {
  const Index tap = static_cast<Index>(s.c) * s.k;
  const Index position = static_cast<Index>(rows) * width;
  for (int m = 0; m < rows; ++m, sums += width, dw += s.k) {
    transform<F::kIn, 3>([](const V(&v)[F::kIn], V(&o)[3]) FPCPU_INLINE { F::filter_adjoint(v, o); },
                         [&](auto i, auto j) FPCPU_INLINE {
                           return hn::LoadU(d, sums + (decltype(i)::value * F::kIn + decltype(j)::value) * position);
                         },
                         [&](auto i, auto j, V v) FPCPU_INLINE {
                           float* p = dw + (decltype(i)::value * 3 + decltype(j)::value) * tap;
                           if (add) v = hn::Add(v, load_some(p, columns));
                           store_some(v, p, columns);
                         });
  }
}

}  // namespace

namespace {

template <class F>
HWY_INLINE int most_tiles(const Grid& g) {
  return most_tiles<F>(g, (padded_channels(g.in_c) + padded_channels(g.out_c)) / kPerWord, kBlockElements, kLeastTiles);
}

}  // namespace

template <class F>
std::size_t weights_scratch_size(const ConvShape& s) noexcept {
  const Grid g = forward_grid<F>(s, 0, s.oh);
  const int steps = words_of(most_tiles<F>(g));
  return static_cast<std::size_t>(planes_size<F>(padded_channels(g.in_c), steps) + kSums<F> +
                                  kPositions<F> * panels_stride(g.out_c, steps));
}

template <class F>
void backward_weights(const ConvShape& s, const ConvBackwardWeights<float>& a) noexcept {
  const Grid g = forward_grid<F>(s, 0, s.oh);
  const int most = most_tiles<F>(g);
  const int block = min_int(most, words_of(block_tiles(g, most)) * kPerWord);
  const Planes inputs = planes_at(a.scratch, padded_channels(g.in_c), words_of(most));
  float* sums = a.scratch + planes_size<F>(padded_channels(g.in_c), words_of(most));
  float* panels = sums + kSums<F>;
  const int tiles = ceil_div(s.c, kTileRows<2>);
  const int size = s.c / tiles;
  const int larger = s.c % tiles;
  const int end = end_of(a.channels, s.k);
  for (int begin = 0; begin < g.total; begin += block) {
    const int count = min_int(block, g.total - begin);
    const bool add = a.beta != 0.0F || begin > 0;
    transform_inputs<F, Members::places>(g, a.x, begin, count, inputs);
    transform_gradients<F>(g, a.dy, begin, count, a.channels.begin, end, panels, a.db, add);
    WeightJob job{};
    job.lines = 1;
    job.pixels = words_of(count);
    job.pixel = inputs.row;
    const Index position = panels_stride(s.k, job.pixels);
    for (int n = a.channels.begin; n < end; n += kPanel) {
      const int width = end - n > kLanes ? kPanel : kLanes;
      job.columns = width;
      job.dw_stride = width;
      for (int t = 0, c = 0; t < tiles; ++t) {
        const int m = t < larger ? size + 1 : size;
        const WeightFunction tile = width == kPanel ? weight_function<2>(m) : weight_function<1>(m);
        for (int p = 0; p < kPositions<F>; ++p) {
          job.dy = panels + p * position + static_cast<Index>(n) * job.pixels;
          tile(job, inputs.base + p * inputs.plane + c, sums + static_cast<Index>(p) * m * width);
        }
        for (int v = 0; v < width; v += kLanes) {
          transform_back<F>(s, sums + v, m, width, s.k - n - v, add, a.dw + static_cast<Index>(c) * s.k + n + v);
        }
        c += m;
      }
    }
  }
}

#define FPCPU_WINOGRAD(F)                                                  \
  template std::size_t weights_scratch_size<F>(const ConvShape&) noexcept; \
  template void backward_weights<F>(const ConvShape&, const ConvBackwardWeights<float>&) noexcept;
FPCPU_WINOGRAD(F2)
FPCPU_WINOGRAD(F4)
#undef FPCPU_WINOGRAD

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME::winograd
