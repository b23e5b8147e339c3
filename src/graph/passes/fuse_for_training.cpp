// SPDX-License-Identifier: MIT
#include "graph/passes/norm_act_pool.hpp"
#include "graph/passes/passes.hpp"

namespace fpcpu {

namespace {

/// conv(activation) -> max_pool: the full-size activation need not be kept, only what the pool picked.
bool split_activation_before_pool(const Graph& graph, Rewriter& rewriter, int i) {
  const Node& node = graph.node(i);
  if (node.layer->kind() != "conv2d" && node.layer->kind() != "depthwise_conv2d") return false;
  const std::string function = text_attribute(*node.layer, "activation", "none");
  if (function == "none" || !pass_can_fuse(function)) return false;
  const auto pool = rewriter.only_reader(i, "max_pool");
  if (!pool) return false;

  Attributes linear = node.layer->describe();
  linear.set("activation", std::string("none"));
  rewriter.add(node.name, make_layer(node.layer->kind(), linear, node.name), node.inputs, {i});

  Attributes fused;
  fused.set("norm", false).set("activation", function).set("slope", attribute(*node.layer, "slope", 0.0));
  set_pool(fused, *graph.node(*pool).layer);
  const std::string name = node.name + "_pool";
  rewriter.add(name, make_layer("norm_act_pool", fused, name), {i}, {i, *pool});
  return true;
}

/// The input of an add that a batch norm makes for nobody else: it can be made in the add itself. The residual is the
/// other input.
struct NormAndAdd {
  int norm = 0;
  int residual = 0;
};
std::optional<NormAndAdd> norm_in_add(const Graph& graph, const Rewriter& rewriter, int add) {
  const Node& node = graph.node(add);
  if (node.layer->kind() != "add" || node.inputs[0] == node.inputs[1] ||
      !residual_can_end_in(text_attribute(*node.layer, "activation", "none"))) {
    return std::nullopt;
  }
  for (const std::size_t i : {0U, 1U}) {
    const int norm = node.inputs[i];
    if (norm > 0 && graph.node(norm).layer->kind() == "batch_norm" && rewriter.only_reader(norm) == add) {
      return NormAndAdd{norm, node.inputs[1 - i]};
    }
  }
  return std::nullopt;
}

/// True for a batch norm that fuse_residual will make.
bool waits_for_add(const Graph& graph, const Rewriter& rewriter, int i) {
  const auto reader = rewriter.only_reader(i);
  const auto found = reader ? norm_in_add(graph, rewriter, *reader) : std::nullopt;
  return found && found->norm == i;
}

/// batch_norm -> add [-> activation]: one node in the place of the add, where the residual is ready.
bool fuse_residual(const Graph& graph, Rewriter& rewriter, int i) {
  const auto found = norm_in_add(graph, rewriter, i);
  if (!found) return false;
  const Node& norm = graph.node(found->norm);
  Attributes fused;
  fused.set("norm", true).set("residual", true);
  fused.set("momentum", attribute(*norm.layer, "momentum", 0.1)).set("eps", attribute(*norm.layer, "eps", 1e-5));
  std::vector<int> replaces = {found->norm, i};
  take_activation_of_add(graph, rewriter, i, fused, replaces);
  rewriter.add(norm.name, make_layer("norm_act_pool", fused, norm.name), {norm.inputs.front(), found->residual},
               replaces);
  return true;
}

}  // namespace

Graph fuse_for_training(const Graph& graph) {
  Rewriter rewriter(graph);
  for (int i = 1; i < graph.size(); ++i) {
    if (rewriter.done(i) || waits_for_add(graph, rewriter, i)) continue;
    if (fuse_residual(graph, rewriter, i)) continue;
    if (fuse_norm_act_pool(graph, rewriter, i)) continue;
    if (split_activation_before_pool(graph, rewriter, i)) continue;
    rewriter.copy(i);
  }
  return rewriter.take();
}

}  // namespace fpcpu
