// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "kernels/table.hpp"

namespace fpcpu::bench {

/// One convolution to measure; a depthwise one has one filter per channel.
struct ConvCase {
  kernels::ConvShape shape;
  bool depthwise = false;
};

/// The distinct convolutions of a network of the zoo, in its order. @throws Error{usage} for a model that does not
/// exist.
[[nodiscard]] std::vector<ConvCase> conv_cases_of(const std::string& model);

/// The dense layers of a network of the zoo, with the rows they see of a training batch of 32.
[[nodiscard]] std::vector<kernels::DenseShape> dense_shapes_of(const std::string& model);
[[nodiscard]] std::vector<kernels::DenseShape> typical_dense_shapes();

/// Shapes that between them meet every path of the kernels.
[[nodiscard]] std::vector<ConvCase> typical_conv_cases();

/// "100x100x3->32 k3 s1", then " g4" for groups and " n32" for a whole batch that uses its weights once.
[[nodiscard]] std::string to_string(const kernels::ConvShape& shape);

}  // namespace fpcpu::bench
