// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/lanes.hpp"

/// The ways to compute a convolution; conv.cpp calls the one a shape names. Their functions mean what the entries of
/// KernelTable of the same name mean.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

namespace direct {

std::size_t packed_size(const ConvShape& s, ConvPass pass) noexcept;
void pack(const ConvShape& s, ConvPass pass, const float* w, float* packed) noexcept;
std::size_t scratch_size(const ConvShape& s, ConvPass pass) noexcept;
std::size_t weights_scratch_size(const ConvShape& s) noexcept;
void forward(const ConvShape& s, const ConvForward<float>& a) noexcept;
void backward_data(const ConvShape& s, const ConvBackwardData<float>& a) noexcept;
void backward_weights(const ConvShape& s, const ConvBackwardWeights<float>& a) noexcept;

}  // namespace direct

/// `F` is F2 or F4 of winograd.hpp.
namespace winograd {

/// 3x3 with stride, dilation and groups 1, padded by at most 2.
HWY_INLINE bool applies(const ConvShape& s) {
  return s.kh == 3 && s.kw == 3 && s.stride == 1 && s.dilation == 1 && s.groups == 1 && s.pad_h <= 2 && s.pad_w <= 2;
}

template <class F>
std::size_t packed_size(const ConvShape& s, ConvPass pass) noexcept;
template <class F>
void pack(const ConvShape& s, ConvPass pass, const float* w, float* packed) noexcept;
template <class F>
std::size_t scratch_size(const ConvShape& s, ConvPass pass) noexcept;
template <class F>
void forward(const ConvShape& s, const ConvForward<float>& a) noexcept;
template <class F>
void backward_data(const ConvShape& s, const ConvBackwardData<float>& a) noexcept;
template <class F>
std::size_t weights_scratch_size(const ConvShape& s) noexcept;
template <class F>
void backward_weights(const ConvShape& s, const ConvBackwardWeights<float>& a) noexcept;

}  // namespace winograd

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
