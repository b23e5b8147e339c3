// SPDX-License-Identifier: MIT
#include "graph/graph.hpp"

#include <doctest/doctest.h>

#include "fpcpu/layers.hpp"
#include "graph/params.hpp"
#include "graph/zoo/zoo.hpp"
#include "graph/zoo_facts.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;

namespace {

/// Coordinates whose name tells the shape that it was fitted to.
class FittedHead final : public Head {
 public:
  explicit FittedHead(double x = 0) : x_(x) {}
  std::string_view kind() const noexcept override { return "fitted"; }
  Attributes describe() const override { return Attributes().set("x", x_); }
  std::string_view usual_loss() const noexcept override { return "mse"; }
  int points(const Shape& output) const noexcept override { return output.c / 2; }
  std::string needs(int) const override { return {}; }
  LayerPtr last_layer(int points, bool bias) const override { return make_dense({.units = 2 * points, .bias = bias}); }
  void decode(const float*, const Shape&, int, float*, float*) const noexcept override {}
  void initialise(const OutputLayer&, std::span<const float>) const override {}
  HeadPtr fitted(std::span<const float> mean_shape) const override {
    return std::make_shared<FittedHead>(static_cast<double>(mean_shape[0]));
  }

 private:
  double x_;
};

}  // namespace

TEST_CASE("heads of all outputs are fitted to the mean shape") {
  Graph graph({1, 1, 8});
  const int main = graph.add("points", make_dense({.units = 4}));
  graph.add("more", make_dense({.units = 4}), {0});
  graph.add("numbers", make_dense({.units = 4}), {0});
  graph.set_output(main);
  graph.set_head(std::make_shared<FittedHead>());
  graph.add_output({"more", main + 1, true, std::make_shared<FittedHead>()});
  graph.add_output({"numbers", main + 2, true, nullptr});
  graph.fit_heads({});
  CHECK(to_text(*graph.head()) == "fitted:x=0");
  graph.fit_heads(std::vector<float>{0.25F, 0, 0, 0});
  CHECK(to_text(*graph.head()) == "fitted:x=0.25");
  CHECK(to_text(*graph.outputs()[1].head) == "fitted:x=0.25");
  CHECK(graph.outputs()[2].head == nullptr);
}

TEST_CASE("a shape error names the layer, its input and the reason") {
  Graph graph({8, 8, 3});
  graph.add("c1", make_conv2d({.out_channels = 4}));
  graph.add("half", make_max_pool());
  const std::string text = message_of(ErrorCode::shape, [&] { graph.add("sum", make_add(), {1, 2}); });
  CHECK(contains(text, "'sum'"));
  CHECK(contains(text, "c1 8x8x4"));
  CHECK(contains(text, "half 4x4x4"));
}

TEST_CASE("names of layers are unique and inputs must exist") {
  Graph graph({8, 8, 3});
  graph.add("c1", make_conv2d({.out_channels = 4}));
  CHECK(contains(message_of(ErrorCode::usage, [&] { graph.add("c1", make_flatten()); }), "c1"));
  CHECK(contains(message_of(ErrorCode::usage, [&] { graph.add("x", make_flatten(), {7}); }), "7"));
  message_of(ErrorCode::shape, [] { Graph({0, 4, 3}); });
}

TEST_CASE("the zoo's networks have the parameters and FLOPs of their definitions") {
  for (const ZooEntry& entry : zoo()) {
    INFO(std::string(entry.name));
    const test::ZooFacts& facts = test::facts_of(entry.name);
    const Graph graph = make_network(entry.name, {});
    CHECK(ParamLayout(graph).parameter_count() == facts.parameters);
    double flops = 0;
    for (const Node& node : graph.nodes()) {
      const std::string_view kind = node.layer ? node.layer->kind() : "input";
      if (kind == "conv2d" || kind == "depthwise_conv2d" || kind == "dense") flops += node.signature.flops;
    }
    CHECK(flops / 1e6 == doctest::Approx(facts.mflop).epsilon(1e-4));
  }
  CHECK(contains(message_of(ErrorCode::usage, [] { (void)make_network("smal", {}); }), "small"));
}

TEST_CASE("any number of points and any sensible input size") {
  for (const ZooEntry& entry : zoo()) {
    for (const int points : {5, 68}) {
      const Graph graph = make_network(entry.name, {.points = points, .input_size = 64});
      CHECK(graph.points() == points);
      CHECK(graph.input_shape() == Shape{64, 64, 3});
    }
    CHECK_NOTHROW((void)make_network(entry.name, {.input_size = entry.smallest}));
    for (const int size : {4, entry.smallest - 1}) {
      CHECK(contains(message_of(ErrorCode::shape, [&] { (void)make_network(entry.name, {.input_size = size}); }),
                     std::string(entry.name)));
    }
  }
}

TEST_CASE("width and height may differ, and gray images will do") {
  for (const ZooEntry& entry : zoo()) {
    const Graph graph = make_network(entry.name, {.points = 5, .input_size = {128, 64}, .channels = 1});
    CHECK(graph.input_shape() == Shape{64, 128, 1});
    CHECK(graph.points() == 5);
    const InputSize low{64, entry.smallest / 2};
    CHECK(contains(message_of(ErrorCode::shape, [&] { (void)make_network(entry.name, {.input_size = low}); }),
                   to_string(low)));
  }
  CHECK(contains(message_of(ErrorCode::usage, [] { (void)make_network("small", {.channels = 2}); }), "2 channels"));
  CHECK(contains(message_of(ErrorCode::shape,
                            [] {
                              (void)make_network("hourglass", {.input_size = {128, 96}});
                            }),
                 "128x96 px: its width and its height must be a multiple of 64"));
}

TEST_CASE("an hourglass takes multiples of its total stride only") {
  const std::string message =
      message_of(ErrorCode::shape, [] { (void)make_network("hourglass", {.input_size = 100}); });
  CHECK(message == "model 'hourglass' cannot take an input of 100 px: its size must be a multiple of 64.");
  CHECK(make_network("hourglass", {.points = 7, .input_size = 192}).output_shape() == Shape{48, 48, 7});
  CHECK(make_network("hourglass", {.points = 7, .input_size = {128, 64}}).output_shape() == Shape{16, 32, 7});
}

TEST_CASE("initial values follow the seed and the initializer") {
  const Graph graph = make_network("small", {.input_size = 32});
  Params<float> a{ParamLayout(graph)};
  Params<float> b{ParamLayout(graph)};
  Params<float> c{ParamLayout(graph)};
  initialize(a, 1);
  initialize(b, 1);
  initialize(c, 2);
  CHECK(std::equal(a.trainable.begin(), a.trainable.end(), b.trainable.begin()));
  CHECK(!std::equal(a.trainable.begin(), a.trainable.end(), c.trainable.begin()));
  const ParamSlot* weight = a.layout.find("conv3b.weight");
  REQUIRE(weight != nullptr);
  double square = 0;
  for (std::size_t i = 0; i < weight->spec.size(); ++i)
    square += static_cast<double>(a.at(*weight)[i]) * static_cast<double>(a.at(*weight)[i]);
  CHECK(square / static_cast<double>(weight->spec.size()) == doctest::Approx(2.0 / (9 * 64)).epsilon(0.05));
  CHECK(a.at(*a.layout.find("conv1_bn.gamma"))[0] == 1.0F);
  CHECK(a.at(*a.layout.find("conv1_bn.running_var"))[0] == 1.0F);
}
