// SPDX-License-Identifier: MIT
// Winograd's forward pass and data gradient: transform tiles of the input, one matrix product per position of the
// transform, transform back.

#include "kernels/simd/chunk.hpp"
#include "kernels/simd/conv_algorithms.hpp"
#include "kernels/simd/kernels.hpp"
#include "kernels/simd/tile.hpp"
#include "kernels/simd/winograd.hpp"
#include "kernels/simd/winograd_filters.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME::winograd {

namespace {

constexpr Index kBlockElements = 160 * 1024;
constexpr int kLeastTiles = 2 * kTileRows<2>;
// Weights that are used once are transformed once per block of tiles, so blocks are large: 6 MB of transformed inputs.
// The filters of so many input channels and one panel, 0.6 MB, stay in the second-level cache.
constexpr Index kOnceElements = 1536 * 1024;
constexpr int kOnceChannels = 128;
constexpr int kSumTiles = 4;  // tiles whose channel sums are kept in float

/// What happens to the outputs.
struct Epilogue {
  const float* bias;
  bool add;
  float floor, cap;
  double* sums;
  int channel_begin, channel_end;
};

/// A^T M A of tiles [begin, begin + count).
/// @param first   the channel that planes begin with
template <class F>
void transform_outputs(const Grid& g, const Planes& planes, int first, int begin, int count, const Epilogue& e,
                       int row_begin, int row_end, float* HWY_RESTRICT out) {
  const Index line = static_cast<Index>(g.out_w) * g.out_c;
  const V floor = hn::Set(d, e.floor);
  const V cap = hn::Set(d, e.cap);
  for (int n = e.channel_begin; n < e.channel_end; n += kLanes) {
    const int rest = e.channel_end - n;
    const V bias = e.bias == nullptr ? hn::Zero(d) : load_some(e.bias + n, rest);
    V sum = hn::Zero(d);
    V squares = hn::Zero(d);
    for (int t = 0; t < count; ++t) {
      const TileAt at = tile_at<F>(g, begin + t);
      const float* from = planes.base + t * planes.row + (n - first);
      // Rows outside [row_begin, row_end) belong to the tile but were not asked for.
      const int skip = max_int(0, row_begin - at.row);
      const int rows = min_int(F::kOut, row_end - at.row);
      const int columns = min_int(F::kOut, g.out_w - at.column);
      float* to = out + (static_cast<Index>(at.image) * (row_end - row_begin) + at.row - row_begin) * line +
                  static_cast<Index>(at.column) * g.out_c + n;
      const auto finish = [&](V v, float* p, int channels) FPCPU_INLINE {
        v = hn::Add(v, bias);
        if (e.add) v = hn::Add(v, load_some(p, channels));
        v = at_most(cap, at_least(floor, v));
        store_some(v, p, channels);
        sum = hn::Add(sum, v);
        squares = hn::MulAdd(v, v, squares);
      };
      const auto map = [](const V(&v)[F::kIn], V(&o)[F::kOut]) FPCPU_INLINE { F::output(v, o); };
      const auto load = [&](auto i, auto j) FPCPU_INLINE {
        return hn::Load(d, from + (decltype(i)::value * F::kIn + decltype(j)::value) * planes.plane);
      };
      const auto target = [&](auto i, auto j) FPCPU_INLINE {
        return to + decltype(i)::value * line + decltype(j)::value * static_cast<Index>(g.out_c);
      };
      if (skip == 0 && rows == F::kOut && columns == F::kOut && rest >= kLanes) {
        transform<F::kIn, F::kOut>(map, load,
                                   [&](auto i, auto j, V v) FPCPU_INLINE { finish(v, target(i, j), kLanes); });
      } else {
        transform<F::kIn, F::kOut>(map, load, [&](auto i, auto j, V v) FPCPU_INLINE {
          constexpr int kI = decltype(i)::value;
          if (kI >= skip && kI < rows && decltype(j)::value < columns) finish(v, target(i, j), rest);
        });
      }
      if (e.sums != nullptr && (t % kSumTiles == kSumTiles - 1 || t == count - 1)) {
        add_to_doubles(sum, min_int(kLanes, rest), e.sums + n);
        add_to_doubles(squares, min_int(kLanes, rest), e.sums + g.out_c + n);
        sum = squares = hn::Zero(d);
      }
    }
  }
}

/// Packed filters of some of the input channels.
struct FilterBlock {
  const float* packed;
  Index position;  // from one position of the transform to the next
  Piece channels;  // words of a transformed tile
};

/// M = U V at every position of the transform, for channels [begin, end) of the results; with `add`, M += U V.
/// @param first   the channel that the filters and `out` begin with
template <class F>
void multiply(const Planes& in, const FilterBlock& filters, int count, int first, int begin, int end, bool add,
              const Planes& out) {
  TileJob job{};
  job.pieces = &filters.channels;
  job.count = 1;
  job.a_stride = in.row;
  job.y_stride = out.row;
  job.add = add;
  job.floor = -kInfinity;
  job.cap = kInfinity;
  for (int p = 0; p < F::kIn * F::kIn; ++p) {
    for (int n = begin; n < end; n += kPanel) {
      job.b = filters.packed + p * filters.position + static_cast<Index>(n - first) * filters.channels.length;
      job.columns = min_int(kPanel, padded_channels(end - n));
      const float* a = in.base + p * in.plane;
      float* y = out.base + p * out.plane + (n - first);
      if (job.columns > kLanes) {
        run_tiles<2>(job, count, a, y);
      } else {
        run_tiles<1>(job, count, a, y);
      }
    }
  }
}

/// Words of a transformed tile per position.
HWY_INLINE int input_words(const Grid& g) { return padded_channels(g.in_c) / kPerWord; }
HWY_INLINE int output_words(const Grid& g) { return padded_channels(g.out_c); }

template <class F>
HWY_INLINE int most_tiles(const Grid& g) {
  return most_tiles<F>(g, input_words(g) + output_words(g), kBlockElements, kLeastTiles);
}

template <class F>
Index grid_scratch(const Grid& g) {
  const int tiles = most_tiles<F>(g);
  return planes_size<F>(input_words(g), tiles) + planes_size<F>(output_words(g), tiles);
}

template <class F>
void run_packed(const Grid& g, const float* in, const float* packed, const Epilogue& e, int row_begin, int row_end,
                float* scratch, float* out) {
  const int most = most_tiles<F>(g);
  const int block = block_tiles(g, most);
  const Planes inputs = planes_at(scratch, input_words(g), most);
  const Planes outputs = planes_at(scratch + planes_size<F>(input_words(g), most), output_words(g), most);
  const FilterBlock filters{packed, filter_stride(g.in_c, g.out_c), {0, words_of(g.in_c)}};
  for (int begin = 0; begin < g.total; begin += block) {
    const int count = min_int(block, g.total - begin);
    transform_inputs<F, Members::channels>(g, in, begin, count, inputs);
    multiply<F>(inputs, filters, count, 0, e.channel_begin, e.channel_end, false, outputs);
    transform_outputs<F>(g, outputs, 0, begin, count, e, row_begin, row_end, out);
  }
}

template <class F>
HWY_INLINE int most_tiles_once(const Grid& g) {
  return most_tiles<F>(g, input_words(g), kOnceElements, kLeastTiles);
}
inline constexpr Index kOncePosition = static_cast<Index>(kOnceChannels / kPerWord) * kPanel + 16;
template <class F>
Index once_scratch(const Grid& g) {
  const int tiles = most_tiles_once<F>(g);
  return planes_size<F>(input_words(g), tiles) + planes_size<F>(kPanel, tiles) + F::kIn * F::kIn * kOncePosition;
}

/// The same with weights that are used once, one panel of results after the other: M += U V over blocks of input
/// channels, whose filters are transformed just before.
template <class F>
void run_once(const Grid& g, const float* in, const Filters& filters, const Epilogue& e, int row_begin, int row_end,
              float* scratch, float* out) {
  const int most = most_tiles_once<F>(g);
  const int block = block_tiles(g, most);
  const Planes inputs = planes_at(scratch, input_words(g), most);
  scratch += planes_size<F>(input_words(g), most);
  const Planes outputs = planes_at(scratch, kPanel, most);
  float* packed = scratch + planes_size<F>(kPanel, most);
  for (int begin = 0; begin < g.total; begin += block) {
    const int count = min_int(block, g.total - begin);
    transform_inputs<F, Members::channels>(g, in, begin, count, inputs);
    for (int n = e.channel_begin; n < e.channel_end; n += kPanel) {
      Epilogue of_panel = e;
      of_panel.channel_begin = n;
      of_panel.channel_end = min_int(n + kPanel, e.channel_end);
      for (int c = 0; c < g.in_c; c += kOnceChannels) {
        const int c_end = min_int(c + kOnceChannels, g.in_c);
        pack_filters<F>(filters, c, c_end, n, of_panel.channel_end, kOncePosition, packed);
        const FilterBlock some{packed, kOncePosition, {c / kPerWord, words_of(c_end - c)}};
        multiply<F>(inputs, some, count, n, n, of_panel.channel_end, c > 0, outputs);
      }
      transform_outputs<F>(g, outputs, n, begin, count, of_panel, row_begin, row_end, out);
    }
  }
}

template <class F>
void run(const Grid& g, const float* in, const Filters& filters, const Epilogue& e, int row_begin, int row_end,
         float* scratch, float* out) {
  if (filters.packed != nullptr) {
    run_packed<F>(g, in, filters.packed, e, row_begin, row_end, scratch, out);
  } else {
    run_once<F>(g, in, filters, e, row_begin, row_end, scratch, out);
  }
}

}  // namespace

template <class F, Members members>
void transform_inputs(const Grid& g, const float* HWY_RESTRICT in, int begin, int count, const Planes& planes) {
  constexpr int kSize = F::kIn;
  constexpr bool kSharePlaces = kPerWord > 1 && members == Members::places;
  constexpr int kStep = kSharePlaces ? kLanes : kLanes / kPerWord;  // words of a vector of channels
  const Index line = static_cast<Index>(g.in_w) * g.in_c;
  alignas(64) static constexpr float kZeros[kLanes] = {};
  for (int t = 0; t < count; ++t) {
    const TileAt at = tile_at<F>(g, begin + t);
    const int row = at.row - g.pad_h;
    const int column = at.column - g.pad_w;
    const float* from = in + (static_cast<Index>(at.image) * g.in_h + row) * line + static_cast<Index>(column) * g.in_c;
    float* to = planes.base + (kSharePlaces ? t / kPerWord : t) * planes.row;
    const bool inside = row >= 0 && column >= 0 && row + kSize <= g.in_h && column + kSize <= g.in_w;
    const auto store = [&](auto i, auto j, V v) FPCPU_INLINE {
      float* p = to + (decltype(i)::value * kSize + decltype(j)::value) * planes.plane;
      if constexpr (kSharePlaces) {
        store_member(v, p, t);
      } else {
        store_words(v, p);
      }
    };
    const auto map = [](const V(&v)[kSize], V(&o)[kSize]) FPCPU_INLINE { F::input(v, o); };
    int n = 0;
    if (inside) {
      for (; n + kLanes <= g.in_c; n += kLanes, from += kLanes, to += kStep) {
        transform<kSize, kSize>(
            map,
            [&](auto i, auto j) FPCPU_INLINE {
              return hn::LoadU(d, from + decltype(i)::value * line + decltype(j)::value * static_cast<Index>(g.in_c));
            },
            store);
      }
    }
    for (; n < g.in_c; n += kLanes, from += kLanes, to += kStep) {
      const int rest = g.in_c - n;
      transform<kSize, kSize>(
          map,
          [&](auto i, auto j) FPCPU_INLINE {
            constexpr int kI = decltype(i)::value;
            constexpr int kJ = decltype(j)::value;
            const bool exists = row + kI >= 0 && row + kI < g.in_h && column + kJ >= 0 && column + kJ < g.in_w;
            const float* p = exists ? from + kI * line + kJ * static_cast<Index>(g.in_c) : kZeros;
            return load_some(p, rest);
          },
          store);
    }
  }
  if (kSharePlaces && count % kPerWord != 0) {
    for (int p = 0; p < kSize * kSize; ++p) {
      float* last = planes.base + p * planes.plane + count / kPerWord * planes.row;
      for (int n = 0; n < g.in_c; n += kLanes) finish_word(last + n);
    }
  }
}

template <class F>
std::size_t packed_size(const ConvShape& s, ConvPass pass) noexcept {
  if (s.weights_once) return 0;
  return static_cast<std::size_t>(pass == ConvPass::forward ? filter_elements<F>(s.c, s.k)
                                                            : filter_elements<F>(s.k, s.c));
}

template <class F>
void pack(const ConvShape& s, ConvPass pass, const float* w, float* packed) noexcept {
  if (s.weights_once) return;
  const bool turned = pass == ConvPass::backward_data;
  const int in_c = turned ? s.k : s.c;
  const int out_c = turned ? s.c : s.k;
  pack_filters<F>(filters_of(s, w, nullptr, turned), 0, in_c, 0, out_c, filter_stride(in_c, out_c), packed);
}

template <class F>
std::size_t scratch_size(const ConvShape& s, ConvPass pass) noexcept {
  const Grid g = pass == ConvPass::forward ? forward_grid<F>(s, 0, s.oh) : backward_grid<F>(s);
  return static_cast<std::size_t>(s.weights_once ? once_scratch<F>(g) : grid_scratch<F>(g));
}

template <class F>
void forward(const ConvShape& s, const ConvForward<float>& a) noexcept {
  const Activation kind = a.activation.kind;
  const bool clamped = kind == Activation::relu || kind == Activation::relu6;
  const bool later = kind != Activation::none && !clamped;
  const Epilogue e{a.bias,
                   a.add,
                   clamped ? 0.0F : -kInfinity,
                   kind == Activation::relu6 ? 6.0F : kInfinity,
                   later ? nullptr : a.sums,
                   a.channels.begin,
                   end_of(a.channels, s.k)};
  run<F>(forward_grid<F>(s, a.row_begin, a.row_end), a.x, filters_of(s, a.w, a.packed, false), e, a.row_begin,
         a.row_end, a.scratch, a.y);
  if (!later) return;
  const std::size_t pixels = static_cast<std::size_t>(s.n) * static_cast<std::size_t>(a.row_end - a.row_begin) *
                             static_cast<std::size_t>(s.ow);
  activation_forward(a.activation, a.y, a.y, pixels * static_cast<std::size_t>(s.k));
  if (a.sums != nullptr) channel_sums(a.y, pixels, s.k, a.sums);
}

template <class F>
void backward_data(const ConvShape& s, const ConvBackwardData<float>& a) noexcept {
  const Epilogue e{nullptr, a.beta != 0.0F, -kInfinity, kInfinity, nullptr, a.channels.begin, end_of(a.channels, s.c)};
  run<F>(backward_grid<F>(s), a.dy, filters_of(s, a.w, a.packed, true), e, 0, s.h, a.scratch, a.dx);
}

#define FPCPU_WINOGRAD(F)                                                                                              \
  template void transform_inputs<F, Members::places>(const Grid&, const float* HWY_RESTRICT, int, int, const Planes&); \
  template std::size_t packed_size<F>(const ConvShape&, ConvPass) noexcept;                                            \
  template void pack<F>(const ConvShape&, ConvPass, const float*, float*) noexcept;                                    \
  template std::size_t scratch_size<F>(const ConvShape&, ConvPass) noexcept;                                           \
  template void forward<F>(const ConvShape&, const ConvForward<float>&) noexcept;                                      \
  template void backward_data<F>(const ConvShape&, const ConvBackwardData<float>&) noexcept;
FPCPU_WINOGRAD(F2)
FPCPU_WINOGRAD(F4)
#undef FPCPU_WINOGRAD

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME::winograd
