// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/lanes.hpp"

/// The functions of one instruction set's table; kernels/table.hpp says what each does.
namespace fpcpu::kernels::FPCPU_FP32_NAME {

ConvAlgorithm conv_algorithm(const ConvShape& s, ConvPass pass) noexcept;
std::size_t conv_packed_size(const ConvShape& s, ConvPass pass) noexcept;
void conv_pack(const ConvShape& s, ConvPass pass, const float* w, float* packed) noexcept;
std::size_t conv_scratch_size(const ConvShape& s, ConvPass pass) noexcept;
void conv_forward(const ConvShape& s, const ConvForward<float>& a) noexcept;
void conv_backward_data(const ConvShape& s, const ConvBackwardData<float>& a) noexcept;
void conv_backward_weights(const ConvShape& s, const ConvBackwardWeights<float>& a) noexcept;

std::size_t dense_packed_size(const DenseShape& s) noexcept;
void dense_pack(const DenseShape& s, const float* w, float* packed) noexcept;
std::size_t dense_scratch_size(const DenseShape& s) noexcept;
void dense_forward(const DenseShape& s, const DenseForward<float>& a) noexcept;
void dense_backward_data(const DenseShape& s, const DenseBackwardData<float>& a) noexcept;
void dense_backward_weights(const DenseShape& s, const DenseBackwardWeights<float>& a) noexcept;

std::size_t depthwise_scratch_size(const ConvShape& s) noexcept;
void depthwise_forward(const ConvShape& s, const ConvForward<float>& a) noexcept;
void depthwise_backward_data(const ConvShape& s, const ConvBackwardData<float>& a) noexcept;
void depthwise_backward_weights(const ConvShape& s, const ConvBackwardWeights<float>& a) noexcept;

void average_pool_forward(const PoolShape& s, const float* x, float* y) noexcept;
void average_pool_backward(const PoolShape& s, const float* dy, float* dx, float beta) noexcept;
void max_pool_forward(const PoolShape& s, const float* x, float* y, std::uint8_t* argmax) noexcept;
void max_pool_backward(const PoolShape& s, const float* dy, const std::uint8_t* argmax, float* dx, float beta) noexcept;

void channel_sums(const float* x, std::size_t rows, int c, double* sums) noexcept;
/// The same for channels [begin, end).
void channel_sums(const float* x, std::size_t rows, int c, int begin, int end, double* sums) noexcept;
std::size_t norm_act_pool_scratch_size(const PoolShape& s) noexcept;
void norm_act_pool_forward(const NormActPoolForward<float>& a) noexcept;
void norm_act_pool_backward_sums(const NormActPoolBackward<float>& a) noexcept;
void norm_act_pool_backward_data(const NormActPoolBackward<float>& a) noexcept;

void activation_forward(ActivationSpec spec, const float* x, float* y, std::size_t n) noexcept;
void activation_backward(ActivationSpec spec, const float* x, const float* dy, float* dx, float beta,
                         std::size_t n) noexcept;
void add(const float* a, const float* b, ActivationSpec spec, float* y, std::size_t n) noexcept;
void accumulate(const float* x, float* y, float beta, std::size_t n) noexcept;

void sum_rows(const float* rows, std::size_t stride, int count, float* out, std::size_t n) noexcept;
void sgd_update(const OptimizerUpdate<float>& u) noexcept;
void rmsprop_update(const OptimizerUpdate<float>& u) noexcept;
void adam_update(const OptimizerUpdate<float>& u) noexcept;

}  // namespace fpcpu::kernels::FPCPU_FP32_NAME

#if FPCPU_BF16
namespace fpcpu::kernels::FPCPU_ISA_NAME {

using namespace FPCPU_FP32_NAME;

ConvAlgorithm conv_algorithm(const ConvShape& s, ConvPass pass) noexcept;
std::size_t conv_packed_size(const ConvShape& s, ConvPass pass) noexcept;
void conv_pack(const ConvShape& s, ConvPass pass, const float* w, float* packed) noexcept;
std::size_t conv_scratch_size(const ConvShape& s, ConvPass pass) noexcept;
void conv_forward(const ConvShape& s, const ConvForward<float>& a) noexcept;
void conv_backward_data(const ConvShape& s, const ConvBackwardData<float>& a) noexcept;
void conv_backward_weights(const ConvShape& s, const ConvBackwardWeights<float>& a) noexcept;

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME

namespace fpcpu::kernels::FPCPU_BF16_NAME {

std::size_t dense_packed_size(const DenseShape& s) noexcept;
void dense_pack(const DenseShape& s, const float* w, float* packed) noexcept;
std::size_t dense_scratch_size(const DenseShape& s) noexcept;
void dense_forward(const DenseShape& s, const DenseForward<float>& a) noexcept;
void dense_backward_data(const DenseShape& s, const DenseBackwardData<float>& a) noexcept;
void dense_backward_weights(const DenseShape& s, const DenseBackwardWeights<float>& a) noexcept;

void norm_act_pool_forward(const NormActPoolForward<float>& a) noexcept;
void norm_act_pool_backward_sums(const NormActPoolBackward<float>& a) noexcept;
void norm_act_pool_backward_data(const NormActPoolBackward<float>& a) noexcept;
void convert(const float* x, const StoredTarget& to, std::size_t n) noexcept;
inline constexpr Storage kKept{DataType::bf16};

}  // namespace fpcpu::kernels::FPCPU_BF16_NAME
#else
namespace fpcpu::kernels::FPCPU_ISA_NAME {
inline constexpr decltype(KernelTable<float>::convert) convert = nullptr;
inline constexpr Storage kKept{DataType::fp32};
}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
#endif
