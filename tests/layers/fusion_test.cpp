// SPDX-License-Identifier: MIT
#include "layers/fusion.hpp"

#include <doctest/doctest.h>

#include "layers/layer.hpp"

using namespace fpcpu;

namespace {

constexpr ActivationOptions kRelu{.function = ActivationKind::relu};
constexpr ActivationOptions kTanh{.function = ActivationKind::tanh};
constexpr PoolOptions kPool{.window = 3, .stride = 2, .padding = 1};

/// True if `fused` is the layer that `expected` makes.
bool same(const LayerPtr& fused, const LayerPtr& expected) {
  return fused != nullptr && fused->kind() == expected->kind() && fused->describe() == expected->describe();
}

}  // namespace

TEST_CASE("weights take a batch norm, an activation, a pool and a residual along, in inference only") {
  const LayerPtr conv = make_conv2d({.out_channels = 4, .bias = false});
  CHECK(same(conv->with_activation(kTanh, Phase::inference),
             make_conv2d({.out_channels = 4, .bias = false, .activation = ActivationKind::tanh})));
  CHECK(same(conv->with_activation({.function = ActivationKind::leaky_relu, .slope = 0.25}, Phase::inference),
             make_conv2d({.out_channels = 4, .bias = false, .activation = ActivationKind::leaky_relu, .slope = 0.25})));
  CHECK(same(conv->with_max_pool(kPool, Phase::inference),
             make_conv2d({.out_channels = 4, .bias = false, .pool = kPool})));
  CHECK(same(conv->with_residual(Phase::inference), make_conv2d({.out_channels = 4, .bias = false, .residual = true})));
  CHECK(same(conv->with_scale_and_shift(), make_conv2d({.out_channels = 4})));
  CHECK(same(make_depthwise_conv2d({.bias = false})->with_scale_and_shift(), make_depthwise_conv2d()));
  CHECK(same(make_dense({.units = 3, .bias = false})->with_scale_and_shift(), make_dense({.units = 3})));
  CHECK(same(make_dense({.units = 3})->with_activation(kTanh, Phase::inference),
             make_dense({.units = 3, .activation = ActivationKind::tanh})));
  CHECK(same(make_add()->with_activation(kTanh, Phase::inference), make_add({.activation = ActivationKind::tanh})));

  for (const LayerPtr& layer : {conv, make_depthwise_conv2d(), make_dense({.units = 3}), make_add()}) {
    CHECK(layer->with_activation(kRelu, Phase::training) == nullptr);
    CHECK(layer->with_max_pool(kPool, Phase::training) == nullptr);
    CHECK(layer->with_residual(Phase::training) == nullptr);
  }
}

TEST_CASE("nothing is taken along in another order than it is computed in") {
  const LayerPtr active = make_conv2d({.out_channels = 4, .activation = ActivationKind::relu});
  CHECK(active->with_activation(kRelu, Phase::inference) == nullptr);
  CHECK(active->with_residual(Phase::inference) == nullptr);
  CHECK(active->with_scale_and_shift() == nullptr);
  CHECK(active->with_max_pool(kPool, Phase::inference) != nullptr);

  const LayerPtr pooled = make_conv2d({.out_channels = 4, .pool = kPool});
  CHECK(pooled->with_activation(kRelu, Phase::inference) == nullptr);
  CHECK(pooled->with_max_pool(kPool, Phase::inference) == nullptr);
  CHECK(pooled->with_residual(Phase::inference) == nullptr);
  CHECK(pooled->with_scale_and_shift() == nullptr);

  const LayerPtr sum = make_conv2d({.out_channels = 4, .residual = true});
  CHECK(sum->with_activation(kRelu, Phase::inference) != nullptr);
  CHECK(sum->with_activation(kTanh, Phase::inference) == nullptr);
  CHECK(sum->with_max_pool(kPool, Phase::inference) == nullptr);
  CHECK(sum->with_residual(Phase::inference) == nullptr);
  CHECK(sum->with_scale_and_shift() == nullptr);
  CHECK(make_depthwise_conv2d()->with_residual(Phase::inference) == nullptr);
  CHECK(make_dense({.units = 3, .activation = ActivationKind::relu})->with_scale_and_shift() == nullptr);
  CHECK(make_add({.activation = ActivationKind::relu})->with_activation(kRelu, Phase::inference) == nullptr);
}

TEST_CASE("a batch norm takes along what its kernel knows, and is a batch norm no longer") {
  const LayerPtr norm = make_batch_norm({.momentum = 0.2, .epsilon = 0.125});
  REQUIRE(norm->as_batch_norm());
  CHECK(norm->as_batch_norm()->epsilon == 0.125);
  for (const Phase phase : {Phase::training, Phase::inference}) {
    const LayerPtr active = norm->with_activation(kRelu, phase);
    CHECK(same(active, make_norm_act_pool({.momentum = 0.2, .epsilon = 0.125, .activation = ActivationKind::relu})));
    CHECK_FALSE(active->as_batch_norm());
    CHECK(active->with_residual(phase) == nullptr);
    CHECK(same(
        active->with_max_pool(kPool, phase),
        make_norm_act_pool({.momentum = 0.2, .epsilon = 0.125, .activation = ActivationKind::relu, .pool = kPool})));
    CHECK(norm->with_max_pool(kPool, phase)->with_activation(kRelu, phase) == nullptr);
    CHECK(norm->with_activation(kTanh, phase) == nullptr);
    const LayerPtr sum = norm->with_residual(phase);
    CHECK(same(sum, make_norm_act_pool({.momentum = 0.2, .epsilon = 0.125, .residual = true})));
    CHECK(sum->with_max_pool(kPool, phase) == nullptr);
    CHECK(sum->with_activation({.function = ActivationKind::hard_swish}, phase) == nullptr);
    CHECK(sum->with_activation(kRelu, phase) != nullptr);
  }
}

TEST_CASE("activations join a pool behind them, and leave a convolution for it") {
  CHECK(same(make_activation(kRelu)->with_max_pool(kPool, Phase::training),
             make_norm_act_pool({.norm = false, .activation = ActivationKind::relu, .pool = kPool})));
  CHECK(make_activation(kTanh)->with_max_pool(kPool, Phase::training) == nullptr);
  const auto split =
      make_conv2d({.out_channels = 4, .activation = ActivationKind::leaky_relu, .slope = 0.25})->without_activation();
  REQUIRE(split);
  CHECK(same(split->linear, make_conv2d({.out_channels = 4})));
  CHECK(split->activation.function == ActivationKind::leaky_relu);
  CHECK(split->activation.slope == 0.25);
  CHECK_FALSE(make_conv2d({.out_channels = 4})->without_activation());
  CHECK_FALSE(make_dense({.units = 4, .activation = ActivationKind::relu})->without_activation());
}

TEST_CASE("layers say what they are to those that may take them along") {
  REQUIRE(make_activation(kTanh)->as_activation());
  CHECK(make_activation(kTanh)->as_activation()->function == ActivationKind::tanh);
  REQUIRE(make_max_pool(kPool)->as_max_pool());
  CHECK(make_max_pool(kPool)->as_max_pool()->stride == 2);
  REQUIRE(make_add({.activation = ActivationKind::relu})->as_addition());
  CHECK(make_add({.activation = ActivationKind::relu})->as_addition()->function == ActivationKind::relu);
  CHECK(make_dropout()->is_identity_in_inference());
  CHECK(same(make_dropout({.mode = DropoutMode::channels})->with_dropout_rate(0.25),
             make_dropout({.rate = 0.25, .mode = DropoutMode::channels})));
  for (const LayerPtr& layer : {make_conv2d({.out_channels = 4}), make_average_pool(), make_multiply()}) {
    CHECK_FALSE(layer->as_activation());
    CHECK_FALSE(layer->as_max_pool());
    CHECK_FALSE(layer->as_batch_norm());
    CHECK_FALSE(layer->as_addition());
    CHECK_FALSE(layer->is_identity_in_inference());
    CHECK(layer->with_dropout_rate(0.5) == nullptr);
  }
}
