// SPDX-License-Identifier: MIT
#include "kernels/table.hpp"

#include "kernels/eigen/bf16.hpp"
#include "kernels/eigen/conv.hpp"
#include "kernels/eigen/dense.hpp"
#include "kernels/eigen/depthwise.hpp"
#include "kernels/eigen/elementwise.hpp"
#include "kernels/eigen/norm_act_pool.hpp"
#include "kernels/eigen/optimizer.hpp"

namespace fpcpu::kernels {

template <class T>
const KernelTable<T>& eigen_table() noexcept {
  static constexpr KernelTable<T> kTable = {
      .isa = Isa::eigen,
      .conv_algorithm = eigen::conv_algorithm,
      .conv_packed_size = eigen::conv_packed_size,
      .conv_pack = eigen::conv_pack<T>,
      .conv_scratch_size = eigen::conv_scratch_size,
      .conv_forward = eigen::conv_forward<T>,
      .conv_backward_data = eigen::conv_backward_data<T>,
      .conv_backward_weights = eigen::conv_backward_weights<T>,
      .dense_packed_size = eigen::dense_packed_size,
      .dense_pack = eigen::dense_pack<T>,
      .dense_scratch_size = eigen::dense_scratch_size,
      .dense_forward = eigen::dense_forward<T>,
      .dense_backward_data = eigen::dense_backward_data<T>,
      .dense_backward_weights = eigen::dense_backward_weights<T>,
      .depthwise_scratch_size = eigen::depthwise_scratch_size,
      .depthwise_forward = eigen::depthwise_forward<T>,
      .depthwise_backward_data = eigen::depthwise_backward_data<T>,
      .depthwise_backward_weights = eigen::depthwise_backward_weights<T>,
      .average_pool_forward = eigen::average_pool_forward<T>,
      .average_pool_backward = eigen::average_pool_backward<T>,
      .channel_sums = eigen::channel_sums<T>,
      .norm_act_pool_scratch_size = eigen::norm_act_pool_scratch_size,
      .norm_act_pool_forward = eigen::norm_act_pool_forward<T>,
      .norm_act_pool_backward_sums = eigen::norm_act_pool_backward_sums<T>,
      .norm_act_pool_backward_data = eigen::norm_act_pool_backward_data<T>,
      .max_pool_forward = eigen::max_pool_forward<T>,
      .max_pool_backward = eigen::max_pool_backward<T>,
      .activation_forward = eigen::activation_forward<T>,
      .activation_backward = eigen::activation_backward<T>,
      .add = eigen::add<T>,
      .accumulate = eigen::accumulate<T>,
      .convert = nullptr,
      .sum_rows = eigen::sum_rows<T>,
      .sgd_update = eigen::sgd_update<T>,
      .rmsprop_update = eigen::rmsprop_update<T>,
      .adam_update = eigen::adam_update<T>,
  };
  return kTable;
}

const KernelTable<float>& eigen_bf16_table() noexcept {
  static const KernelTable<float> kTable = [] {
    KernelTable<float> table = eigen_table<float>();
    table.precision = Precision::bf16;
    table.conv_algorithm = eigen::bf16::conv_algorithm;
    table.conv_scratch_size = eigen::bf16::conv_scratch_size;
    table.conv_forward = eigen::bf16::conv_forward;
    table.conv_backward_data = eigen::bf16::conv_backward_data;
    table.conv_backward_weights = eigen::bf16::conv_backward_weights;
    table.dense_scratch_size = eigen::bf16::dense_scratch_size;
    table.dense_forward = eigen::bf16::dense_forward;
    table.dense_backward_data = eigen::bf16::dense_backward_data;
    table.dense_backward_weights = eigen::bf16::dense_backward_weights;
    table.kept = {DataType::bf16};
    table.convert = eigen::bf16::convert;
    return table;
  }();
  return kTable;
}

template const KernelTable<float>& eigen_table<float>() noexcept;
template const KernelTable<double>& eigen_table<double>() noexcept;

}  // namespace fpcpu::kernels
