// SPDX-License-Identifier: MIT
// The table of one instruction set and precision.

#include "kernels/simd/kernels.hpp"
#include "kernels/simd/words.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

const KernelTable<float>& table() noexcept;

const KernelTable<float>& table() noexcept {
  static constexpr KernelTable<float> kTable = {
      .isa = Isa::FPCPU_FP32_NAME,
      .precision = kPerWord == 2 ? Precision::bf16 : Precision::fp32,
      .kept = FPCPU_BF16_NAME::kKept,
      .amx = kAmx,
      .conv_algorithm = FPCPU_ISA_NAME::conv_algorithm,
      .conv_packed_size = FPCPU_ISA_NAME::conv_packed_size,
      .conv_pack = FPCPU_ISA_NAME::conv_pack,
      .conv_scratch_size = FPCPU_ISA_NAME::conv_scratch_size,
      .conv_forward = FPCPU_ISA_NAME::conv_forward,
      .conv_backward_data = FPCPU_ISA_NAME::conv_backward_data,
      .conv_backward_weights = FPCPU_ISA_NAME::conv_backward_weights,
      .dense_packed_size = FPCPU_BF16_NAME::dense_packed_size,
      .dense_pack = FPCPU_BF16_NAME::dense_pack,
      .dense_scratch_size = FPCPU_BF16_NAME::dense_scratch_size,
      .dense_forward = FPCPU_BF16_NAME::dense_forward,
      .dense_backward_data = FPCPU_BF16_NAME::dense_backward_data,
      .dense_backward_weights = FPCPU_BF16_NAME::dense_backward_weights,
      .depthwise_scratch_size = depthwise_scratch_size,
      .depthwise_forward = depthwise_forward,
      .depthwise_backward_data = depthwise_backward_data,
      .depthwise_backward_weights = depthwise_backward_weights,
      .average_pool_forward = average_pool_forward,
      .average_pool_backward = average_pool_backward,
      .channel_sums = channel_sums,
      .norm_act_pool_scratch_size = norm_act_pool_scratch_size,
      .norm_act_pool_forward = FPCPU_BF16_NAME::norm_act_pool_forward,
      .norm_act_pool_backward_sums = FPCPU_BF16_NAME::norm_act_pool_backward_sums,
      .norm_act_pool_backward_data = FPCPU_BF16_NAME::norm_act_pool_backward_data,
      .max_pool_forward = max_pool_forward,
      .max_pool_backward = max_pool_backward,
      .activation_forward = activation_forward,
      .activation_backward = activation_backward,
      .add = add,
      .accumulate = accumulate,
      .convert = FPCPU_BF16_NAME::convert,
      .sum_rows = sum_rows,
      .sgd_update = sgd_update,
      .rmsprop_update = rmsprop_update,
      .adam_update = adam_update,
  };
  return kTable;
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
