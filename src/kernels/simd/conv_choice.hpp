// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/choice_classes.hpp"
#include "kernels/simd/choices/avx2.hpp"
#include "kernels/simd/choices/avx512.hpp"
#include "kernels/simd/choices/avx512_amx.hpp"
#include "kernels/simd/choices/avx512_bf16.hpp"
#include "kernels/simd/choices/neon.hpp"
#include "kernels/simd/choices/sse4.hpp"
#include "kernels/simd/lanes.hpp"

/// The algorithm of a 3x3 convolution by the table of its instruction set, which `fpcpu_bench choose` measured where it
/// says so.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

static_assert(is_complete(choices::FPCPU_ISA_NAME));

HWY_INLINE int channel_class(int channels) {
  int last = -1;
  while (last + 1 < kChoiceChannelCount && kChoiceChannels[last + 1] <= channels) ++last;
  return last;
}

HWY_INLINE int size_class(int size) {
  int first = 0;
  while (first + 1 < kChoiceSizeCount && kChoiceSizes[first] < size) ++first;
  return first;
}

/// For shapes the table does not know. Rounded factors win as soon as words are not half empty (measured on one core
/// from 3 channels, 7x7 with stride 2: 105 to 147 GFLOP/s forward, to 512, 1x1: 112 to 219).
HWY_INLINE ConvAlgorithm chosen_direct([[maybe_unused]] const ConvShape& s) {
#if FPCPU_BF16
  if (min_int(s.c, s.k) / s.groups >= 3) return ConvAlgorithm::direct_bf16;
#endif
  return ConvAlgorithm::direct;
}

/// The table was measured with slices of a batch. Where weights are used once, by the whole batch, the shape is taken
/// for one that is like it in what decides: forward and data gradient for one with fewer channels, whose weights stay
/// in a cache; the weight gradient for one with a larger map, whose sums run over more tiles.
inline constexpr int kFewChannels = 64;
inline constexpr int kLargerMap = 2;

HWY_INLINE ConvAlgorithm chosen(const ConvShape& s, ConvPass pass) {
  int c = s.c;
  int k = s.k;
  int size = max_int(s.oh, s.ow);
  if (s.weights_once && pass == ConvPass::backward_weights) {
    size *= kLargerMap;
  } else if (s.weights_once) {
    c = min_int(kFewChannels, c);
    k = min_int(kFewChannels, k);
  }
  const int in = channel_class(c);
  const int out = channel_class(k);
  if (in < 0 || out < 0) return chosen_direct(s);
  const char letter = choices::FPCPU_ISA_NAME.letters[static_cast<int>(pass)][size_class(size)][in][out];
  int algorithm = 0;
  while (kChoiceLetters[algorithm] != letter) ++algorithm;
  return static_cast<ConvAlgorithm>(algorithm);
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
