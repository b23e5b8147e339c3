// SPDX-License-Identifier: MIT
#pragma once

#include "graph/graph.hpp"
#include "graph/params.hpp"

namespace fpcpu {

/// Pure functions on networks. A pass keeps the names of parameters it does not change, so the result still finds them
/// in the block of the original network.

/// For training: batch_norm [+ activation] [+ max_pool] becomes one norm_act_pool node (one trip through memory between
/// two convolutions), and so do batch_norm + add [+ activation] and the activation of a convolution in front of a max
/// pool.
[[nodiscard]] Graph fuse_for_training(const Graph& graph);

/// The same network with another rate in all its dropout layers. @throws Error{usage} if it has none.
[[nodiscard]] Graph set_dropout(const Graph& graph, double rate);

/// What inference needs of a network: without the outputs that exist in training only, and without layers and inputs
/// that nothing else depends on. @throws Error{shape} if what is left depends on an input other than the image.
[[nodiscard]] Graph drop_training_only(const Graph& graph);

/// A network and its own parameters.
struct FoldedNetwork {
  Graph graph;
  Params<float> params;
};

/// For inference: what only training needs goes (drop_training_only), dropout goes, batch norm with running statistics
/// moves into the weights of the convolution in front of it (computed in double), an activation, a max pool and the
/// addition of a residual move into the layer in front.
///   w'[..., k] = s_k w[..., k],  b'_k = s_k (b_k - mean_k) + beta_k,  s_k = gamma_k / sqrt(var_k + eps)
[[nodiscard]] FoldedNetwork fold_for_inference(const Graph& graph, const Params<float>& params);

}  // namespace fpcpu
