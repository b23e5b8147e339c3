#pragma once

#include "kernels/choice_classes.hpp"
#include "kernels/simd/choices/avx2.hpp"
#include "kernels/simd/choices/avx512.hpp"
#include "kernels/simd/choices/neon.hpp"
#include "kernels/simd/choices/sse4.hpp"
#include "kernels/simd/lanes.hpp"

/// The algorithm of a 3x3 convolution by the measured table of its instruction set.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

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

HWY_INLINE ConvAlgorithm chosen(const ConvShape& s, ConvPass pass) {
  const int in = channel_class(s.c);
  const int out = channel_class(s.k);
  if (in < 0 || out < 0) return ConvAlgorithm::direct;
  const char letter = choices::FPCPU_ISA_NAME.letters[static_cast<int>(pass)][size_class(max_int(s.oh, s.ow))][in][out];
  int algorithm = 0;
  while (kChoiceLetters[algorithm] != letter) ++algorithm;
  return static_cast<ConvAlgorithm>(algorithm);
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
