// SPDX-License-Identifier: MIT
#include "graph/passes/passes.hpp"
#include "graph/passes/take_along.hpp"

namespace fpcpu {

namespace {

/// layer(activation) -> max_pool: the full-size activation need not be kept, only what the pool picked.
bool split_activation_before_pool(const Graph& graph, Rewriter& rewriter, int i) {
  const Node& node = graph.node(i);
  const auto split = node.layer->without_activation();
  const auto reader = rewriter.only_reader(i);
  const auto pool = reader ? graph.node(*reader).layer->as_max_pool() : std::nullopt;
  if (!split || !pool) return false;
  LayerPtr both = make_activation(split->activation)->with_max_pool(*pool, Phase::training);
  if (both == nullptr) return false;
  rewriter.add(i, split->linear, node.inputs, {i});
  rewriter.add(node.name + "_pool", std::move(both), {i}, {i, *reader});
  return true;
}

/// The summand of an addition that is made for nobody else and can take the addition along, and the other one.
struct LastSummand {
  LayerPtr with_sum;
  int node = 0;
  int residual = 0;
};
std::optional<LastSummand> last_summand(const Graph& graph, const Rewriter& rewriter, int addition) {
  const Node& node = graph.node(addition);
  if (!node.layer->as_addition()) return std::nullopt;
  for (const std::size_t k : {0U, 1U}) {
    const int i = node.inputs[k];
    const LayerPtr& summand = graph.node(i).layer;
    if (summand == nullptr || rewriter.done(i) || rewriter.only_reader(i) != addition) continue;
    LayerPtr both = with_addition(*summand, node, Phase::training);
    if (both != nullptr) return LastSummand{std::move(both), i, node.inputs[1 - k]};
  }
  return std::nullopt;
}

/// True for a node that fuse_sum will make.
bool waits_for_sum(const Graph& graph, const Rewriter& rewriter, int i) {
  const auto reader = rewriter.only_reader(i);
  const auto found = reader ? last_summand(graph, rewriter, *reader) : std::nullopt;
  return found && found->node == i;
}

/// batch_norm -> add [-> activation]: one node in the place of the add, where the residual is ready.
bool fuse_sum(const Graph& graph, Rewriter& rewriter, int i) {
  const auto found = last_summand(graph, rewriter, i);
  if (!found) return false;
  const Node& summand = graph.node(found->node);
  Growing node{found->with_sum, summand.inputs, {found->node, i}};
  node.inputs.push_back(found->residual);
  take_activation_or_pool(graph, rewriter, Phase::training, node);
  rewriter.add(found->node, node.layer, node.inputs, node.replaces);
  return true;
}

}  // namespace

Graph fuse_for_training(const Graph& graph) {
  Rewriter rewriter(graph);
  for (int i = graph.first_layer(); i < graph.size(); ++i) {
    if (rewriter.done(i) || waits_for_sum(graph, rewriter, i)) continue;
    if (fuse_sum(graph, rewriter, i) || split_activation_before_pool(graph, rewriter, i)) continue;
    Growing node{graph.node(i).layer, graph.node(i).inputs, {i}};
    while (take_activation_or_pool(graph, rewriter, Phase::training, node)) {
    }
    rewriter.add(i, node.layer, node.inputs, node.replaces);
  }
  return rewriter.take();
}

}  // namespace fpcpu
