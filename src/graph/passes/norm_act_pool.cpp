#include "graph/passes/norm_act_pool.hpp"

#include <algorithm>
#include <array>

namespace fpcpu {

bool pass_can_fuse(std::string_view activation) noexcept {
  constexpr std::array<std::string_view, 5> kKnown = {"none", "relu", "leaky_relu", "relu6", "hard_swish"};
  return std::find(kKnown.begin(), kKnown.end(), activation) != kKnown.end();
}

bool residual_can_end_in(std::string_view activation) noexcept {
  return activation == "none" || activation == "relu" || activation == "leaky_relu" || activation == "relu6";
}

void take_activation_of_add(const Graph& graph, const Rewriter& rewriter, int add, Attributes& attributes,
                            std::vector<int>& replaces) {
  const Layer* layer = graph.node(add).layer.get();
  std::string function = text_attribute(*layer, "activation", "none");
  if (const auto reader = rewriter.only_reader(add, "activation"); reader && function == "none") {
    const Layer& activation = *graph.node(*reader).layer;
    if (const std::string behind = text_attribute(activation, "function", "none"); residual_can_end_in(behind)) {
      function = behind;
      layer = &activation;
      replaces.push_back(*reader);
    }
  }
  attributes.set("activation", function).set("slope", attribute(*layer, "slope", 0.0));
}

void set_pool(Attributes& attributes, const Layer& max_pool) {
  attributes.set("pool_window", attribute(max_pool, "window", std::int64_t{2}));
  attributes.set("pool_stride", attribute(max_pool, "stride", std::int64_t{2}));
  attributes.set("pool_padding", attribute(max_pool, "padding", std::int64_t{0}));
}

bool fuse_norm_act_pool(const Graph& graph, Rewriter& rewriter, int i) {
  const Node& node = graph.node(i);
  const bool norm = node.layer->kind() == "batch_norm";
  if (!norm && node.layer->kind() != "activation") return false;

  Attributes fused;
  fused.set("norm", norm);
  std::vector<int> replaces = {i};
  int last = i;
  if (norm) {
    fused.set("momentum", attribute(*node.layer, "momentum", 0.1)).set("eps", attribute(*node.layer, "eps", 1e-5));
    if (const auto reader = rewriter.only_reader(i, "activation");
        reader && pass_can_fuse(text_attribute(*graph.node(*reader).layer, "function", "none"))) {
      last = *reader;
      replaces.push_back(last);
    }
  } else if (!pass_can_fuse(text_attribute(*node.layer, "function", "none"))) {
    return false;
  }
  if (graph.node(last).layer->kind() == "activation") {
    fused.set("activation", text_attribute(*graph.node(last).layer, "function", "none"));
    fused.set("slope", attribute(*graph.node(last).layer, "slope", 0.0));
  }
  const auto pool = rewriter.only_reader(last, "max_pool");
  if (pool) {
    set_pool(fused, *graph.node(*pool).layer);
    replaces.push_back(*pool);
  }
  if (replaces.size() == 1) return false;  // nothing to fuse with
  rewriter.add(node.name, make_layer("norm_act_pool", fused, node.name), node.inputs, replaces);
  return true;
}

}  // namespace fpcpu
