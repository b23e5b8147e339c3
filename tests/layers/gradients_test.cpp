// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "fpcpu/layers.hpp"
#include "support/check_gradients.hpp"

using namespace fpcpu;
using test::check_gradients;

TEST_CASE("gradients: conv2d") {
  check_gradients(make_conv2d({.out_channels = 4}), {{6, 5, 3}});
  check_gradients(make_conv2d({.out_channels = 17, .kernel = 3}), {{7, 9, 16}});
  check_gradients(make_conv2d({.out_channels = 3, .kernel = 1, .bias = false}), {{4, 4, 5}});
  check_gradients(make_conv2d({.out_channels = 4, .kernel = 5, .stride = 2}), {{9, 8, 2}});
  check_gradients(make_conv2d({.out_channels = 2, .kernel = 3, .padding = 0}), {{5, 4, 3}});
  check_gradients(make_conv2d({.out_channels = 3, .kernel = 3, .dilation = 2}), {{8, 7, 2}});
  check_gradients(make_conv2d({.out_channels = 6, .kernel = 3, .stride = 2, .groups = 3}), {{6, 7, 9}});
  check_gradients(make_conv2d({.out_channels = 2, .kernel_h = 1, .kernel_w = 4, .padding_h = 1, .padding_w = 0}),
                  {{3, 6, 2}});
  check_gradients(make_conv2d({.out_channels = 2, .kernel = 7, .padding = 3}), {{1, 1, 1}});
  check_gradients(make_conv2d({.out_channels = 4, .residual = true}), {{6, 5, 3}, {6, 5, 4}});
  check_gradients(make_conv2d({.out_channels = 4, .stride = 2, .activation = ActivationKind::relu, .residual = true}),
                  {{6, 5, 3}, {3, 3, 4}});
}

TEST_CASE("gradients: activations inside conv2d, depthwise_conv2d, dense and add") {
  for (const ActivationKind kind : {ActivationKind::relu, ActivationKind::leaky_relu, ActivationKind::relu6,
                                    ActivationKind::hard_swish, ActivationKind::sigmoid, ActivationKind::tanh}) {
    check_gradients(make_conv2d({.out_channels = 5, .activation = kind, .slope = 0.1}), {{5, 6, 3}});
    check_gradients(make_depthwise_conv2d({.activation = kind, .slope = 0.1}), {{5, 6, 3}});
    check_gradients(make_dense({.units = 7, .activation = kind, .slope = 0.1}), {{2, 3, 2}});
    check_gradients(make_add({.activation = kind, .slope = 0.1}), {{3, 2, 4}, {3, 2, 4}});
  }
}

TEST_CASE("gradients: depthwise_conv2d") {
  check_gradients(make_depthwise_conv2d(), {{5, 6, 4}});
  check_gradients(make_depthwise_conv2d({.kernel = 5, .stride = 2, .bias = false}), {{9, 8, 17}});
  check_gradients(make_depthwise_conv2d({.kernel = 3, .padding = 0, .dilation = 2}), {{7, 6, 3}});
}

TEST_CASE("gradients: dense") {
  check_gradients(make_dense({.units = 4}), {{1, 1, 6}});
  check_gradients(make_dense({.units = 28, .bias = false}), {{3, 3, 5}});
}

TEST_CASE("gradients: batch_norm over several slices") {
  check_gradients(make_batch_norm(), {{3, 4, 5}});
  check_gradients(make_batch_norm({.momentum = 0.3, .epsilon = 1e-2}), {{1, 1, 17}}, {.batch = 9, .slices = 4});
}

TEST_CASE("gradients: norm_act_pool") {
  check_gradients(make_norm_act_pool({.activation = ActivationKind::relu}), {{4, 5, 3}});
  check_gradients(make_norm_act_pool({.activation = ActivationKind::relu, .pool = {.window = 2}}), {{4, 6, 3}});
  check_gradients(
      make_norm_act_pool(
          {.activation = ActivationKind::leaky_relu, .slope = 0.2, .pool = {.window = 3, .stride = 2, .padding = 1}}),
      {{5, 6, 17}});
  check_gradients(make_norm_act_pool({.activation = ActivationKind::hard_swish, .pool = {.window = 3, .stride = 1}}),
                  {{4, 5, 2}});
  check_gradients(make_norm_act_pool({.activation = ActivationKind::relu6, .pool = {.window = 2}}), {{4, 4, 3}});
  check_gradients(make_norm_act_pool({.pool = {.window = 2}}), {{4, 4, 3}});
  for (const ActivationKind kind :
       {ActivationKind::none, ActivationKind::relu, ActivationKind::leaky_relu, ActivationKind::relu6}) {
    check_gradients(make_norm_act_pool({.activation = kind, .slope = 0.2, .residual = true}), {{3, 5, 17}, {3, 5, 17}});
  }
  check_gradients(make_norm_act_pool({.norm = false, .activation = ActivationKind::relu, .residual = true}),
                  {{2, 3, 4}, {2, 3, 4}});
  check_gradients(make_norm_act_pool({.norm = false, .activation = ActivationKind::relu, .pool = {.window = 2}}),
                  {{5, 4, 3}});
}

TEST_CASE("gradients: pooling") {
  check_gradients(make_max_pool(), {{4, 6, 3}});
  check_gradients(make_max_pool({.window = 3, .stride = 2, .padding = 1}), {{7, 6, 17}});
  check_gradients(make_max_pool({.window = 3, .stride = 1}), {{5, 4, 2}});
  check_gradients(make_average_pool(), {{4, 6, 3}});
  check_gradients(make_average_pool({.window = 3, .stride = 2, .padding = 1}), {{7, 6, 17}});
  check_gradients(make_global_average_pool(), {{3, 5, 4}});
}

TEST_CASE("gradients: upsample") {
  check_gradients(make_upsample(), {{2, 3, 4}});
  check_gradients(make_upsample({.factor = 3, .mode = UpsampleMode::bilinear}), {{3, 2, 2}});
  check_gradients(make_upsample({.factor = 2, .mode = UpsampleMode::bilinear}), {{1, 4, 3}});
}

TEST_CASE("gradients: layers with several inputs") {
  check_gradients(make_add(), {{3, 2, 4}, {3, 2, 4}});
  check_gradients(make_multiply(), {{3, 2, 4}, {3, 2, 4}});
  check_gradients(make_multiply(), {{3, 2, 4}, {1, 1, 4}});
  check_gradients(make_multiply(), {{1, 1, 4}, {1, 1, 4}});
  check_gradients(make_concat(), {{2, 3, 1}, {2, 3, 5}, {2, 3, 2}});
  check_gradients(make_concat(), {{2, 2, 3}});
}

TEST_CASE("gradients: flatten, dropout, activations, planes") {
  check_gradients(make_flatten(), {{2, 3, 4}});
  check_gradients(make_dropout({.rate = 0.4}), {{2, 3, 4}});
  check_gradients(make_dropout({.rate = 0.4, .mode = DropoutMode::channels}), {{3, 3, 6}});
  check_gradients(make_dropout({.rate = 0.0}), {{2, 3, 4}});
  for (const ActivationKind kind : {ActivationKind::relu, ActivationKind::leaky_relu, ActivationKind::relu6,
                                    ActivationKind::hard_swish, ActivationKind::sigmoid, ActivationKind::tanh}) {
    check_gradients(make_activation({.function = kind, .slope = 0.2}), {{3, 5, 7}});
  }
  check_gradients(make_prelu(), {{3, 4, 5}});
  check_gradients(make_coord_planes(), {{3, 4, 2}});
  check_gradients(make_coord_planes({.radius = true}), {{1, 4, 2}});
}
