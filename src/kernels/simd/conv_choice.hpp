#pragma once

#include "kernels/simd/conv_algorithms.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

HWY_INLINE ConvAlgorithm chosen(const ConvShape& s, ConvPass) {
  const bool wide = s.c >= 16 && s.k >= 16;
#if FPCPU_BF16
  if (!wide) return ConvAlgorithm::direct;
  return winograd::applies(s) ? ConvAlgorithm::winograd4_bf16 : ConvAlgorithm::direct_bf16;
#else
  return wide ? ConvAlgorithm::winograd4 : ConvAlgorithm::direct;
#endif
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
