// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>

#include "fpcpu/layers.hpp"
#include "support/layer_run.hpp"

using namespace fpcpu;
using test::LayerRun;

namespace {
const std::vector<Shape> kIn = {{1, 2, 2}};

/// Two samples of two pixels and two channels: channel 0 holds 1 3 5 7, channel 1 holds 10 10 20 20.
LayerRun<double> small_batch(int slices) {
  LayerRun<double> run(make_batch_norm({.momentum = 0.25, .epsilon = 1e-3}), kIn, 2, slices,
                       kernels::eigen_table<double>());
  run.x[0].assign({1, 10, 3, 10, 5, 20, 7, 20});
  run.params[0].assign({2, 1});     // gamma
  run.params[1].assign({0.5, -1});  // beta
  run.params[2].assign({8, 0});     // running_mean
  run.params[3].assign({1, 1});     // running_var
  return run;
}
}  // namespace

TEST_CASE("batch_norm normalises by the mean and the biased variance of the batch") {
  for (const int slices : {1, 2}) {
    LayerRun<double> run = small_batch(slices);
    run.forward(true);
    const double a = 2.0 / std::sqrt(5.0 + 1e-3);  // mean 4, variance 5
    const double b = 1.0 / std::sqrt(25.0 + 1e-3);
    const std::vector<double> expected = {0.5 - 3 * a, -1 - 5 * b, 0.5 - a,     -1 - 5 * b,
                                          0.5 + a,     -1 + 5 * b, 0.5 + 3 * a, -1 + 5 * b};
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(run.y[i] == doctest::Approx(expected[i]).epsilon(1e-12));
  }
}

TEST_CASE("batch_norm moves its running statistics, the variance unbiased") {
  LayerRun<double> run = small_batch(2);
  run.forward(true);
  CHECK(run.params[2][0] == doctest::Approx(0.75 * 8 + 0.25 * 4));
  CHECK(run.params[2][1] == doctest::Approx(0.25 * 15));
  CHECK(run.params[3][0] == doctest::Approx(0.75 + 0.25 * 20.0 / 3.0));
  CHECK(run.params[3][1] == doctest::Approx(0.75 + 0.25 * 100.0 / 3.0));
}

TEST_CASE("batch_norm in inference uses the running statistics and leaves them alone") {
  LayerRun<double> run = small_batch(1);
  run.params[3].assign({4, 9});
  run.forward(false);
  CHECK(run.y[0] == doctest::Approx(2.0 * (1 - 8) / std::sqrt(4.0 + 1e-3) + 0.5));
  CHECK(run.y[7] == doctest::Approx(20.0 / std::sqrt(9.0 + 1e-3) - 1));
  CHECK(run.params[2][0] == 8.0);
  CHECK(run.params[3][1] == 9.0);
}

TEST_CASE("batch_norm survives a channel without variance") {
  LayerRun<double> run(make_batch_norm(), {{1, 1, 1}}, 1, 1, kernels::eigen_table<double>());
  run.x[0].assign({1e4});
  run.params[0].assign({1});
  run.params[3].assign({1});
  run.dy.assign({1});
  run.forward(true);
  run.backward(0.0);
  CHECK(run.y[0] == 0.0);
  CHECK(std::isfinite(run.dx[0][0]));
  CHECK(run.params[3][0] == doctest::Approx(0.9));
}
