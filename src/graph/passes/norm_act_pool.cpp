// SPDX-License-Identifier: MIT
#include "graph/passes/norm_act_pool.hpp"

#include <algorithm>
#include <array>

namespace fpcpu {

namespace {

std::string function_of(const Layer& activation) { return text_attribute(activation, "function", "none"); }

void set_activation(Attributes& attributes, const Layer& activation) {
  attributes.set("activation", function_of(activation)).set("slope", attribute(activation, "slope", 0.0));
}

}  // namespace

bool pass_can_fuse(std::string_view activation) noexcept {
  constexpr std::array<std::string_view, 5> kKnown = {"none", "relu", "leaky_relu", "relu6", "hard_swish"};
  return std::find(kKnown.begin(), kKnown.end(), activation) != kKnown.end();
}

bool residual_can_end_in(std::string_view activation) noexcept {
  return activation == "none" || activation == "relu" || activation == "leaky_relu" || activation == "relu6";
}

void take_activation(const Graph& graph, const Rewriter& rewriter, int last, bool (*fits)(std::string_view) noexcept,
                     Attributes& attributes, std::vector<int>& replaces) {
  const auto reader = rewriter.only_reader(last, "activation");
  if (!reader || !fits(function_of(*graph.node(*reader).layer))) return;
  set_activation(attributes, *graph.node(*reader).layer);
  replaces.push_back(*reader);
}

void take_activation_of_add(const Graph& graph, const Rewriter& rewriter, int add, Attributes& attributes,
                            std::vector<int>& replaces) {
  const Layer& layer = *graph.node(add).layer;
  const std::string own = text_attribute(layer, "activation", "none");
  attributes.set("activation", own).set("slope", attribute(layer, "slope", 0.0));
  if (own == "none") take_activation(graph, rewriter, add, residual_can_end_in, attributes, replaces);
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
  if (norm) {
    fused.set("momentum", attribute(*node.layer, "momentum", 0.1)).set("eps", attribute(*node.layer, "eps", 1e-5));
    take_activation(graph, rewriter, i, pass_can_fuse, fused, replaces);
  } else if (pass_can_fuse(function_of(*node.layer))) {
    set_activation(fused, *node.layer);
  } else {
    return false;
  }
  const auto pool = rewriter.only_reader(replaces.back(), "max_pool");
  if (pool) {
    set_pool(fused, *graph.node(*pool).layer);
    replaces.push_back(*pool);
  }
  if (replaces.size() == 1) return false;  // nothing to fuse with
  rewriter.add(node.name, make_layer("norm_act_pool", fused, node.name), node.inputs, replaces);
  return true;
}

}  // namespace fpcpu
