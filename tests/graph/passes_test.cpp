// SPDX-License-Identifier: MIT
#include "graph/passes/passes.hpp"

#include <doctest/doctest.h>

#include <string>

#include "fpcpu/layers.hpp"
#include "graph/zoo/zoo.hpp"
#include "support/messages.hpp"

using namespace fpcpu;

namespace {

int count_kind(const Graph& graph, std::string_view kind) {
  int n = 0;
  for (int i = 1; i < graph.size(); ++i) n += graph.node(i).layer->kind() == kind ? 1 : 0;
  return n;
}

/// A layer that offers nothing ...
class Plain : public LayerBase<Plain> {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "plain"; }
  [[nodiscard]] Attributes describe() const override { return {}; }
  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    Signature result;
    result.out = in[0];
    result.params.push_back({.name = "weight", .dims = {in[0].c}});
    result.params.push_back({.name = "bias", .dims = {in[0].c}});
    return result;
  }
  template <class T>
  void run_forward(const ForwardArgs<T>&) const noexcept {}
  template <class T>
  void run_backward(const BackwardArgs<T>&) const noexcept {}
};
/// ... and one that overrides one function.
class WithPool final : public Plain {
 public:
  [[nodiscard]] LayerPtr with_max_pool(const PoolOptions& pool, Phase phase) const override {
    return phase == Phase::inference ? make_max_pool(pool) : nullptr;
  }
};

/// What can be taken along behind `layer`, once each.
Graph with_all_readers(const LayerPtr& layer) {
  Graph graph({8, 8, 3});
  const int skip = graph.add("skip", std::make_shared<Plain>());
  graph.add("before_norm", layer, {0});
  graph.add("norm", make_batch_norm());
  const int x = graph.add("before_add", layer);
  graph.add("add", make_add(), {x, skip});
  graph.add("before_activation", layer);
  graph.add("activation", make_activation({.function = ActivationKind::tanh}));
  graph.add("before_pool", layer);
  graph.add("pool", make_max_pool());
  return graph;
}

std::vector<std::string> names(const Graph& graph) {
  std::vector<std::string> all;
  for (const Node& node : graph.nodes()) all.push_back(node.name);
  return all;
}

}  // namespace

TEST_CASE("training fusion leaves convolutions and norm_act_pool nodes only, with the same parameters") {
  const Graph graph = make_network("bn", {});
  const Graph fused = fuse_for_training(graph);
  CHECK(count_kind(fused, "norm_act_pool") == 8);
  CHECK(count_kind(fused, "batch_norm") + count_kind(fused, "activation") + count_kind(fused, "max_pool") == 0);
  const ParamLayout before(graph);
  const ParamLayout after(fused);
  REQUIRE(before.slots().size() == after.slots().size());
  for (const ParamSlot& slot : before.slots()) CHECK_MESSAGE(after.find(slot.name) != nullptr, slot.name);
}

TEST_CASE("a convolution with ReLU in front of a pool keeps only what the pool picks") {
  const Graph fused = fuse_for_training(make_network("base", {}));
  CHECK(count_kind(fused, "norm_act_pool") == 3);
  CHECK(count_kind(fused, "max_pool") == 0);
}

TEST_CASE("the batch norm at the end of a residual block takes the addition and the activation along") {
  // Shortcuts of the blocks that change the shape have a batch norm of their own.
  const Graph resnet = fuse_for_training(make_network("resnet18", {}));
  CHECK(count_kind(resnet, "add") + count_kind(resnet, "activation") == 0);
  CHECK(count_kind(resnet, "batch_norm") == 3);
  CHECK(count_kind(resnet, "norm_act_pool") == 17);
  const Graph pfld = fuse_for_training(make_network("pfld", {}));
  CHECK(count_kind(pfld, "add") + count_kind(pfld, "activation") == 0);
  CHECK(count_kind(pfld, "batch_norm") == 3);  // ends of the blocks without a shortcut

  for (const bool norm_first : {true, false}) {
    for (const ActivationKind inside : {ActivationKind::none, ActivationKind::relu, ActivationKind::hard_swish}) {
      Graph graph({8, 8, 3});
      const int conv = graph.add("conv", make_conv2d({.out_channels = 3}));
      const int norm = graph.add("norm", make_batch_norm());
      const int skip = graph.add("skip", make_conv2d({.out_channels = 3}), {conv});
      graph.add("sum", make_add({.activation = inside}),
                norm_first ? std::vector<int>{norm, skip} : std::vector<int>{skip, norm});
      graph.add("relu", make_activation());
      graph.add("out", make_dense({.units = 2}));
      const Graph fused = fuse_for_training(graph);
      CHECK(count_kind(fused, "add") == (inside == ActivationKind::hard_swish ? 1 : 0));
      CHECK(count_kind(fused, "activation") == (inside == ActivationKind::none ? 0 : 1));
      CHECK(ParamLayout(fused).find("norm.gamma") != nullptr);
    }
  }
}

TEST_CASE("batch norms in front of convolutions take their ReLU along, whatever they read") {
  const Graph fused = fuse_for_training(make_network("hourglass", {}));
  CHECK(count_kind(fused, "batch_norm") + count_kind(fused, "activation") == 0);
  CHECK(count_kind(fused, "norm_act_pool") == 3 * 17 + 2);
  CHECK(count_kind(fused, "max_pool") == 5);
}

TEST_CASE("outputs of training alone are dropped, others keep their names, layers and heads") {
  Graph graph({8, 8, 3});
  const int maps = graph.add("maps", make_conv2d({.out_channels = 2}));
  const int aside = graph.add("aside", make_conv2d({.out_channels = 2}), {0});
  graph.set_output(graph.add("points", make_dense({.units = 4}), {maps}));
  graph.add_output({"more", aside, true, nullptr});
  graph.add_output({"second", maps, false, make_heatmaps_head({.sigma = 2})});
  const Graph kept = drop_training_only(graph);
  CHECK(names(kept) == std::vector<std::string>{"input", "maps", "points"});
  const std::vector<Output> outputs = kept.outputs();
  REQUIRE(outputs.size() == 2);
  CHECK(kept.node(outputs[0].node).name == "points");
  CHECK(outputs[1].name == "second");
  CHECK_FALSE(outputs[1].training_only);
  CHECK(kept.node(outputs[1].node).name == "maps");
  CHECK(to_text(*outputs[1].head) == "heatmaps:sigma=2");
}

TEST_CASE("inference folding removes batch norm, activations, pools and dropout") {
  const Graph graph = make_network("small", {});
  const FoldedNetwork folded = fold_for_inference(graph, Params<float>{ParamLayout(graph)});
  CHECK(count_kind(folded.graph, "conv2d") == 7);
  CHECK(count_kind(folded.graph, "dense") == 2);
  CHECK(folded.graph.size() == 10);
}

TEST_CASE("inference folding: additions and their activations move into the convolution made last") {
  const Graph graph = make_network("resnet18", {});
  const FoldedNetwork folded = fold_for_inference(graph, Params<float>{ParamLayout(graph)});
  CHECK(count_kind(folded.graph, "add") == 0);
  CHECK(count_kind(folded.graph, "activation") == 0);
  CHECK(count_kind(folded.graph, "conv2d") == 20);

  // An activation that needs its input stays behind; a convolution that has an activation cannot add behind it.
  Graph other({8, 8, 3});
  const int a = other.add("a", make_conv2d({.out_channels = 3}), {0});
  const int b = other.add("b", make_conv2d({.out_channels = 3}), {a});
  other.add("sum", make_add(), {a, b});
  const int act = other.add("act", make_activation({.function = ActivationKind::hard_swish}));
  const int c = other.add("c", make_conv2d({.out_channels = 3, .activation = ActivationKind::relu}), {act});
  other.add("last", make_add(), {c, act});
  other.add("out", make_dense({.units = 2}));
  const FoldedNetwork kept = fold_for_inference(other, Params<float>{ParamLayout(other)});
  CHECK(count_kind(kept.graph, "add") == 1);
  CHECK(count_kind(kept.graph, "activation") == 1);
}

TEST_CASE("inference folding leaves a convolution that adds a residual already as it is") {
  Graph graph({8, 8, 3});
  const int a = graph.add("a", make_conv2d({.out_channels = 3}));
  const int b = graph.add("b", make_conv2d({.out_channels = 3, .residual = true}), {a, a});
  graph.add("norm", make_batch_norm(), {b});
  graph.add("pool", make_max_pool());
  graph.add("out", make_dense({.units = 2}));
  const FoldedNetwork folded = fold_for_inference(graph, Params<float>{ParamLayout(graph)});
  CHECK(count_kind(folded.graph, "norm_act_pool") == 1);
  CHECK(count_kind(folded.graph, "conv2d") == 2);
}

TEST_CASE("a layer without offers is left alone, and one override is enough to be fused") {
  const Graph plain = with_all_readers(std::make_shared<Plain>());
  CHECK(names(fuse_for_training(plain)) == names(plain));
  CHECK(names(fold_for_inference(plain, Params<float>{ParamLayout(plain)}).graph) == names(plain));

  const Graph with_pool = with_all_readers(std::make_shared<WithPool>());
  CHECK(names(fuse_for_training(with_pool)) == names(with_pool));
  const Graph folded = fold_for_inference(with_pool, Params<float>{ParamLayout(with_pool)}).graph;
  CHECK(folded.size() == with_pool.size() - 1);
  CHECK(folded.node(folded.output()).name == "before_pool");
  CHECK(folded.node(folded.output()).layer->kind() == "max_pool");
}

TEST_CASE("the rate of dropout can be changed, and a network without dropout says so") {
  const Graph changed = set_dropout(make_network("bn", {}), 0.625);
  const Attributes attributes = changed.node(changed.find("dropout")).layer->describe();
  CHECK(std::get<double>(*attributes.find("rate")) == 0.625);
  const std::string text = test::message_of(ErrorCode::usage, [] { (void)set_dropout(make_network("base", {}), 0.5); });
  CHECK(test::contains(text, "--dropout"));
}

TEST_CASE("a value that two layers read is not folded away") {
  Graph graph({8, 8, 3});
  const int conv = graph.add("conv", make_conv2d({.out_channels = 3, .bias = false}));
  const int norm = graph.add("norm", make_batch_norm(), {conv});
  const int sum = graph.add("sum", make_add(), {norm, conv});
  graph.add("product", make_multiply(), {sum, norm});
  graph.add("out", make_dense({.units = 2}));
  const FoldedNetwork folded = fold_for_inference(graph, Params<float>{ParamLayout(graph)});
  CHECK(count_kind(folded.graph, "batch_norm") == 1);
  CHECK(count_kind(fuse_for_training(graph), "batch_norm") == 1);
}
