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

}  // namespace

Graph fuse_for_training(const Graph& graph) {
  Rewriter rewriter(graph);
  for (int i = 1; i < graph.size(); ++i) {
    if (rewriter.done(i)) continue;
    if (fuse_norm_act_pool(graph, rewriter, i)) continue;
    if (split_activation_before_pool(graph, rewriter, i)) continue;
    rewriter.copy(i);
  }
  return rewriter.take();
}

}  // namespace fpcpu
