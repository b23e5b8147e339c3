// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/channel_block.hpp"
#include "kernels/simd/tile_job.hpp"
#include "kernels/simd/winograd.hpp"

/// Winograd's filters for the forward pass and the data gradient, as the tiles read them.
namespace fpcpu::kernels::FPCPU_ISA_NAME::winograd {

/// Packed weights are [position][panel][word of in channels][panel width]. The padding keeps positions out of the same
/// few cache sets.
HWY_INLINE Index filter_stride(int in_c, int out_c) {
  return static_cast<Index>(words_of(in_c)) * padded_channels(out_c) + 16;
}
template <class F>
HWY_INLINE Index filter_elements(int in_c, int out_c) {
  return static_cast<Index>(F::kIn) * F::kIn * filter_stride(in_c, out_c);
}

/// Weights of a pass: their output channels are those of the sums (`turned`: the data gradient, with the filter
/// reversed in both directions) or of the results.
struct Filters {
  const float* w;
  const float* packed;  // null: they are transformed while they are used
  Index tap, row;       // from one tap and from one input channel of the convolution to the next
  bool turned;
};
HWY_INLINE Filters filters_of(const ConvShape& s, const float* w, const float* packed, bool turned) {
  return {w, s.weights_once ? nullptr : packed, static_cast<Index>(s.c) * s.k, s.k, turned};
}

/// G g G^T for the channels [in_begin, in_end) of the sums and [out_begin, out_end) of the results.
/// @param position   scalars from one position of the result to the next
template <class F>
void pack_filters(const Filters& filters, int in_begin, int in_end, int out_begin, int out_end, Index position,
                  float* HWY_RESTRICT packed) {
  const Index tap = filters.tap;
  const int words = words_of(in_end - in_begin);
  const auto map = [](const V(&v)[3], V(&o)[F::kIn]) FPCPU_INLINE { F::filter(v, o); };
  ChannelBlock blocks[9];
  for (int n = out_begin; n < out_end; n += kLanes) {
    const int rest = out_end - n;
    const int panel = n / kPanel * kPanel;
    const int width = out_end - panel > kLanes ? kPanel : kLanes;
    float* to = packed + static_cast<Index>(panel - out_begin) * words + (n - panel);
    for (int c = in_begin; c < in_end; ++c) {
      const auto store = [&](auto i, auto j, V v) FPCPU_INLINE {
        store_member(v, to + (decltype(i)::value * F::kIn + decltype(j)::value) * position, c);
      };
      if (filters.turned) {
        for (int t = 0; c % kLanes == 0 && t < 9; ++t) {
          blocks[8 - t].load(filters.w + t * tap + n * filters.row + c, filters.row, in_end - c, rest);
        }
        transform<3, F::kIn>(
            map,
            [&](auto i, auto j)
                FPCPU_INLINE { return blocks[decltype(i)::value * 3 + decltype(j)::value].at(c % kLanes); },
            store);
      } else {
        const float* from = filters.w + c * filters.row + n;
        transform<3, F::kIn>(
            map,
            [&](auto i, auto j)
                FPCPU_INLINE { return load_some(from + (decltype(i)::value * 3 + decltype(j)::value) * tap, rest); },
            store);
      }
      if (c % kPerWord == kPerWord - 1) to += width;
    }
    for (int p = 0; (in_end - in_begin) % kPerWord != 0 && p < F::kIn * F::kIn; ++p) finish_word(to + p * position);
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME::winograd
