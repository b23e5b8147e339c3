// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "fpcpu/layers.hpp"
#include "layers/layer.hpp"
#include "support/messages.hpp"

using namespace fpcpu;

namespace {
std::string make_error(std::string_view kind, const Attributes& attributes) {
  return test::message_of(ErrorCode::usage, [&] { (void)make_layer(kind, attributes, "node1"); });
}

std::string shape_error(const LayerPtr& layer, const std::vector<Shape>& in) {
  return test::message_of(ErrorCode::shape, [&] { (void)layer->signature(in); });
}
}  // namespace

TEST_CASE("every kind can be made from attributes and describes itself completely") {
  const auto whole = [](const char* name, std::int64_t value) {
    Attributes a;
    a.set(name, value);
    return a;
  };
  for (const std::string_view kind : layer_kinds()) {
    Attributes attributes;
    if (kind == "conv2d") attributes = whole("out_channels", 8);
    if (kind == "dense") attributes = whole("units", 8);
    const LayerPtr layer = make_layer(kind, attributes, "n");
    CHECK(layer->kind() == kind);
    const LayerPtr again = make_layer(kind, layer->describe(), "n");
    CHECK(again->describe() == layer->describe());
  }
}

TEST_CASE("options survive the round trip") {
  const std::vector<LayerPtr> layers = {
      make_conv2d({.out_channels = 6,
                   .kernel_h = 1,
                   .kernel_w = 5,
                   .stride = 2,
                   .padding_h = 0,
                   .padding_w = 3,
                   .dilation = 2,
                   .groups = 2,
                   .bias = false,
                   .activation = ActivationKind::leaky_relu,
                   .slope = 0.125,
                   .pool = {.window = 3, .stride = 2, .padding = 1}}),
      make_conv2d({.out_channels = 4, .residual = true}),
      make_depthwise_conv2d({.kernel = 5, .stride = 2, .bias = false, .activation = ActivationKind::relu6}),
      make_dense({.units = 3, .bias = false, .activation = ActivationKind::tanh, .init = DenseInit::small}),
      make_norm_act_pool(
          {.momentum = 0.01, .epsilon = 0.5, .activation = ActivationKind::hard_swish, .pool = {.window = 2}}),
      make_norm_act_pool({.norm = false, .activation = ActivationKind::leaky_relu, .residual = true}),
      make_upsample({.factor = 3, .mode = UpsampleMode::bilinear}),
      make_dropout({.rate = 0.25, .mode = DropoutMode::channels}),
      make_coord_planes({.radius = true})};
  for (const LayerPtr& layer : layers) {
    const LayerPtr again = make_layer(layer->kind(), layer->describe(), "n");
    CHECK(again->describe() == layer->describe());
    const bool two =
        layer->describe().find("residual") != nullptr && *layer->describe().find("residual") == AttributeValue(true);
    const std::vector<Shape> in(two ? 2 : 1, Shape{20, 21, 4});
    CHECK(again->signature(in).out == layer->signature(in).out);
    CHECK(again->signature(in).params.size() == layer->signature(in).params.size());
  }
  const Attributes conv = layers[0]->describe();
  CHECK(*conv.find("kernel_w") == AttributeValue(std::int64_t{5}));
  CHECK(*conv.find("padding_h") == AttributeValue(std::int64_t{0}));
  CHECK(*conv.find("slope") == AttributeValue(0.125));
  CHECK(*conv.find("pool_padding") == AttributeValue(std::int64_t{1}));
  CHECK(layers[0]->signature(std::vector<Shape>{{20, 21, 4}}).out == Shape{5, 5, 6});
}

TEST_CASE("a residual goes with activations that the output tells, with one shape, and not with a pool") {
  const auto refused = [](NormActPoolOptions o) {
    return test::message_of(ErrorCode::usage, [&] { (void)make_norm_act_pool(o); });
  };
  CHECK(refused({.residual = true, .pool = {.window = 2}}) == "norm_act_pool: adds a residual or pools, not both.");
  CHECK(refused({.activation = ActivationKind::hard_swish, .residual = true}) ==
        "norm_act_pool: with a residual can end in relu, leaky_relu or relu6 only.");
  CHECK(test::contains(shape_error(make_norm_act_pool({.residual = true}), {{4, 4, 3}, {4, 4, 2}}), "4x4x2"));
}

TEST_CASE("mistakes in attributes are named with the nearest word") {
  Attributes a;
  CHECK(make_error("conv3d", a) == "node1: unknown layer 'conv3d'. Did you mean 'conv2d'?");
  CHECK(make_error("conv2d", a) == "node1: conv2d: 'out_channels' is missing; it needs a whole number.");
  a.set("out_channels", std::int64_t{8}).set("kernal", std::int64_t{3});
  CHECK(make_error("conv2d", a) == "node1: conv2d: 'kernal' is unknown. Did you mean 'kernel'?");
  CHECK(make_error("flatten", a) == "node1: flatten: 'out_channels' is unknown: there are no options.");

  const auto one = [](const char* kind, const char* name, AttributeValue value) {
    Attributes b;
    if (std::string(kind) == "conv2d") b.set("out_channels", std::int64_t{8});
    if (std::string(kind) == "dense") b.set("units", std::int64_t{8});
    b.set(name, std::move(value));
    return make_error(kind, b);
  };
  CHECK(one("conv2d", "stride", 1.5) == "node1: conv2d: 'stride' is not a whole number.");
  CHECK(one("conv2d", "stride", std::int64_t{0}) == "node1: conv2d: stride is 0, expected 1 to 255.");
  CHECK(one("conv2d", "stride", std::int64_t{1} << 40) ==
        "node1: conv2d: 'stride' is 1099511627776, beyond the range of a 32-bit number.");
  Attributes residual;
  residual.set("out_channels", std::int64_t{8}).set("residual", true).set("pool_window", std::int64_t{2});
  CHECK(make_error("conv2d", residual) == "node1: conv2d: adds a residual or pools, not both.");
  residual.set("pool_window", std::int64_t{0}).set("activation", std::string("hard_swish"));
  CHECK(make_error("conv2d", residual) == "node1: conv2d: with a residual can end in relu, leaky_relu or relu6 only.");
  CHECK(one("conv2d", "groups", std::int64_t{3}) == "node1: conv2d: out_channels 8 is not a multiple of groups 3.");
  CHECK(one("conv2d", "bias", std::string("yes")) == "node1: conv2d: 'bias' is not true or false.");
  CHECK(one("conv2d", "activation", true) == "node1: conv2d: 'activation' is not a text; put it in quotes.");
  CHECK(one("conv2d", "activation", std::string("relu7")) ==
        "node1: conv2d: 'activation' cannot be 'relu7'. Did you mean 'relu'?");
  CHECK(one("dense", "init", std::string("xavier")) == "node1: dense: 'init' cannot be 'xavier'. Known: he, small.");
  CHECK(one("dropout", "rate", std::string("half")) == "node1: dropout: 'rate' is not a number.");
  CHECK(one("dropout", "rate", 1.0).find("expected 0 or more and less than 1.") != std::string::npos);
  CHECK(one("max_pool", "window", std::int64_t{17}) == "node1: max_pool: pool window is 17, expected 1 to 16.");
  CHECK(one("max_pool", "window", std::int64_t{0}) == "node1: max_pool: window is 0, expected 1 to 16.");
  CHECK(one("max_pool", "padding", std::int64_t{2}) == "node1: max_pool: pool padding is 2, expected 0 to 1.");
  CHECK(one("batch_norm", "momentum", 0.0).find("momentum is 0.0") != std::string::npos);
  CHECK(one("batch_norm", "eps", -1.0).find("expected more than 0.") != std::string::npos);
  CHECK(one("norm_act_pool", "activation", std::string("tanh")).find("cannot end in tanh") != std::string::npos);
  CHECK(one("activation", "function", std::string("none")).find("which is no layer") != std::string::npos);
  CHECK(one("activation", "slope", 2.0).find("expected 0 to 1.") != std::string::npos);
}

TEST_CASE("a whole number is accepted where a number is asked for") {
  Attributes a;
  a.set("rate", std::int64_t{0});
  CHECK(*make_layer("dropout", a, "n")->describe().find("rate") == AttributeValue(0.0));
}

TEST_CASE("shapes that do not fit are refused with the shapes in the message") {
  CHECK(shape_error(make_conv2d({.out_channels = 2, .kernel = 5, .padding = 0}), {{4, 9, 1}}) ==
        "conv2d: a window of 5 does not fit into an input of 4 with padding 0. Use a larger input, fewer strides "
        "or a smaller window.");
  CHECK(shape_error(make_conv2d({.out_channels = 4, .residual = true}), {{4, 4, 3}, {4, 4, 3}}) ==
        "conv2d: the residual is 4x4x3, the output 4x4x4; they must have one shape.");
  CHECK(shape_error(make_conv2d({.out_channels = 4, .groups = 2}), {{4, 4, 3}}) ==
        "conv2d: input 4x4x3 has channels that are not a multiple of groups 2.");
  CHECK(shape_error(make_max_pool(), {{1, 8, 3}}).find("a window of 2 does not fit") != std::string::npos);
  CHECK(shape_error(make_conv2d({.out_channels = 2, .pool = {.window = 4}}), {{3, 8, 3}}).find("a window of 4") !=
        std::string::npos);
  CHECK(shape_error(make_add(), {{2, 2, 2}, {2, 2, 3}}) ==
        "add: inputs 2x2x2 and 2x2x3 differ; they must have one shape.");
  CHECK(shape_error(make_add(), {{2, 2, 2}}) == "add: 1 inputs, expected 2.");
  CHECK(shape_error(make_multiply(), {{2, 2, 2}, {1, 2, 2}}).find("do not fit") != std::string::npos);
  CHECK(shape_error(make_concat(), {{2, 2, 2}, {2, 3, 2}}).find("differ in height or width") != std::string::npos);
  CHECK(shape_error(make_flatten(), {{0, 2, 2}}) == "flatten: input 0x2x2 is empty.");
}

TEST_CASE("what is initialised, decayed and trained") {
  const std::vector<Shape> in = {{3, 3, 4}};
  const Signature conv = make_conv2d({.out_channels = 6, .groups = 2})->signature(in);
  CHECK(conv.params[0].dims == std::vector<std::int64_t>{3, 3, 2, 6});
  CHECK(conv.params[0].fan_in == 18);
  CHECK(conv.params[0].init == Initializer::he_normal);
  CHECK(conv.params[0].decay);
  CHECK_FALSE(conv.params[1].decay);
  CHECK(conv.flops == 2.0 * 9 * 6 * 18);

  const Signature dense = make_dense({.units = 2, .init = DenseInit::small})->signature(in);
  CHECK(dense.params[0].dims == std::vector<std::int64_t>{36, 2});
  CHECK(dense.params[0].init == Initializer::small_normal);
  CHECK(dense.out == Shape{1, 1, 2});

  const Signature norm = make_batch_norm()->signature(in);
  REQUIRE(norm.params.size() == 4);
  for (const ParamSpec& p : norm.params) CHECK_FALSE(p.decay);
  CHECK(norm.params[0].trainable);
  CHECK_FALSE(norm.params[2].trainable);
  CHECK_FALSE(norm.params[3].trainable);
  CHECK(make_norm_act_pool({.norm = false})->signature(in).params.empty());
  CHECK(make_prelu()->signature(in).params[0].init == Initializer::constant_025);
}
