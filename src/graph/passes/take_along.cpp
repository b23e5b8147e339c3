// SPDX-License-Identifier: MIT
#include "graph/passes/take_along.hpp"

namespace fpcpu {

bool take_activation_or_pool(const Graph& graph, const Rewriter& rewriter, Phase phase, Growing& node) {
  const auto reader = rewriter.only_reader(node.replaces.back());
  if (!reader || rewriter.done(*reader)) return false;
  const Layer& next = *graph.node(*reader).layer;
  LayerPtr both;
  if (const auto activation = next.as_activation()) {
    both = node.layer->with_activation(*activation, phase);
  } else if (const auto pool = next.as_max_pool()) {
    both = node.layer->with_max_pool(*pool, phase);
  }
  if (both == nullptr) return false;
  node.layer = std::move(both);
  node.replaces.push_back(*reader);
  return true;
}

LayerPtr with_addition(const Layer& layer, const Node& addition, Phase phase) {
  const auto activation = addition.layer->as_addition();
  if (!activation || addition.inputs[0] == addition.inputs[1]) return nullptr;
  LayerPtr sum = layer.with_residual(phase);
  if (sum == nullptr || activation->function == ActivationKind::none) return sum;
  return sum->with_activation(*activation, phase);
}

}  // namespace fpcpu
