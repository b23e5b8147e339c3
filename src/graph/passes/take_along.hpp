// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "graph/passes/rewriter.hpp"

namespace fpcpu {

/// A node of the new graph while it takes along nodes of the old one. Layers say themselves what they can take:
/// layers/fusion.hpp.
struct Growing {
  LayerPtr layer;
  std::vector<int> inputs;    // nodes of the old graph
  std::vector<int> replaces;  // likewise, in their order
};

/// If the only reader of the last node is an activation or a max pool and the layer can take it, it does.
bool take_activation_or_pool(const Graph& graph, const Rewriter& rewriter, Phase phase, Growing& node);

/// The layer with a residual and with the activation that `addition` ends in; null if it has none, or if `addition` is
/// not the sum of two different inputs.
[[nodiscard]] LayerPtr with_addition(const Layer& layer, const Node& addition, Phase phase);

}  // namespace fpcpu
