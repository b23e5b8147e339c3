// SPDX-License-Identifier: MIT
#include "kernels/conv_harness.hpp"

using namespace fpcpu::testing;
using fpcpu::kernels::Activation;

TEST_CASE("depthwise convolution agrees with the reference") {
  for (const int channels : {1, 3, 15, 16, 17, 33}) {
    for (const ConvCase& c : {ConvCase{1, 1, 0, 0, 3, 3, 1, 1, 1, 1, 1}, ConvCase{7, 9, 0, 0, 3, 3, 1, 1, 1, 1, 1},
                              ConvCase{8, 37, 0, 0, 3, 3, 2, 1, 1, 1, 1}, ConvCase{9, 10, 0, 0, 5, 5, 2, 2, 2, 1, 1},
                              ConvCase{9, 10, 0, 0, 3, 3, 1, 2, 2, 2, 1}, ConvCase{11, 12, 0, 0, 3, 3, 3, 0, 1, 1, 1},
                              ConvCase{7, 7, 0, 0, 7, 7, 1, 0, 0, 1, 1}, ConvCase{6, 5, 0, 0, 1, 1, 2, 0, 0, 1, 1},
                              ConvCase{5, 6, 0, 0, 2, 3, 1, 1, 0, 1, 1}}) {
      ConvCase one = c;
      one.c = one.k = one.groups = channels;
      check_conv(conv_shape(one), true, {});
    }
  }
}

TEST_CASE("activations after a depthwise convolution") {
  for (const Activation kind : {Activation::relu, Activation::relu6, Activation::hard_swish}) {
    CAPTURE(static_cast<int>(kind));
    check_conv(conv_shape({9, 9, 20, 20, 3, 3, 1, 1, 1, 1, 20}), true, {kind, 0.0F});
  }
}
