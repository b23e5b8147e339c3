// SPDX-License-Identifier: MIT
#pragma once

#include "fpcpu/layers.hpp"
#include "layers/attributes.hpp"

/// One reader per kind, each beside its layer: attributes -> layer. registry.cpp lists them.
namespace fpcpu {

[[nodiscard]] LayerPtr read_conv2d(AttributeReader& reader);
[[nodiscard]] LayerPtr read_depthwise_conv2d(AttributeReader& reader);
[[nodiscard]] LayerPtr read_dense(AttributeReader& reader);
[[nodiscard]] LayerPtr read_batch_norm(AttributeReader& reader);
[[nodiscard]] LayerPtr read_norm_act_pool(AttributeReader& reader);
[[nodiscard]] LayerPtr read_max_pool(AttributeReader& reader);
[[nodiscard]] LayerPtr read_average_pool(AttributeReader& reader);
[[nodiscard]] LayerPtr read_global_average_pool(AttributeReader& reader);
[[nodiscard]] LayerPtr read_upsample(AttributeReader& reader);
[[nodiscard]] LayerPtr read_add(AttributeReader& reader);
[[nodiscard]] LayerPtr read_multiply(AttributeReader& reader);
[[nodiscard]] LayerPtr read_concat(AttributeReader& reader);
[[nodiscard]] LayerPtr read_flatten(AttributeReader& reader);
[[nodiscard]] LayerPtr read_stop_gradient(AttributeReader& reader);
[[nodiscard]] LayerPtr read_dropout(AttributeReader& reader);
[[nodiscard]] LayerPtr read_activation_layer(AttributeReader& reader);
[[nodiscard]] LayerPtr read_prelu(AttributeReader& reader);
[[nodiscard]] LayerPtr read_coord_planes(AttributeReader& reader);

}  // namespace fpcpu
