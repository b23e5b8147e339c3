#pragma once

#include "kernels/simd/conv_algorithms.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

HWY_INLINE ConvAlgorithm chosen(const ConvShape& s, ConvPass) {
  return s.c >= 16 && s.k >= 16 ? ConvAlgorithm::winograd4 : ConvAlgorithm::direct;
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
