// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <numeric>

#include "fpcpu/layers.hpp"
#include "support/check_gradients.hpp"

using namespace fpcpu;
using test::LayerRun;

namespace {

/// Output of a layer for one sample whose inputs and parameters are given.
std::vector<double> run_one(const LayerPtr& layer, const std::vector<Shape>& in,
                            const std::vector<std::vector<double>>& x, const std::vector<std::vector<double>>& params,
                            bool training = false) {
  LayerRun<double> run(layer, in, 1, 1, kernels::eigen_table<double>());
  for (std::size_t j = 0; j < x.size(); ++j) run.x[j].assign(x[j]);
  for (std::size_t p = 0; p < params.size(); ++p) run.params[p].assign(params[p]);
  run.forward(training);
  return run.y.values();
}

void check_values(const std::vector<double>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-12));
}

std::vector<double> counting(std::size_t n) {
  std::vector<double> v(n);
  std::iota(v.begin(), v.end(), 1.0);
  return v;
}

}  // namespace

TEST_CASE("conv2d is a cross-correlation with zero padding") {
  // 3x3 image 1..9; a filter that takes the left neighbour and twice the one below.
  const std::vector<double> w = {0, 0, 0, 1, 0, 0, 0, 2, 0};
  check_values(run_one(make_conv2d({.out_channels = 1}), {{3, 3, 1}}, {counting(9)}, {w, {0.5}}),
               {8.5, 11.5, 14.5, 14.5, 20.5, 23.5, 0.5, 7.5, 8.5});
}

TEST_CASE("conv2d with a residual adds it before the activation") {
  check_values(
      run_one(make_conv2d({.out_channels = 1, .kernel = 1, .activation = ActivationKind::relu, .residual = true}),
              {{1, 2, 1}, {1, 2, 1}}, {{1, 2}, {-30, 5}}, {{10}, {0.5}}),
      {0, 25.5});
}

TEST_CASE("conv2d: groups see their own channels only") {
  // 1x1 filters: output 0 = 10 * channel 0, output 1 = 100 * channel 1.
  check_values(run_one(make_conv2d({.out_channels = 2, .kernel = 1, .groups = 2, .bias = false}), {{1, 2, 2}},
                       {{1, 2, 3, 4}}, {{10, 100}}),
               {10, 200, 30, 400});
}

TEST_CASE("dense flattens its input") {
  check_values(run_one(make_dense({.units = 2}), {{1, 2, 2}}, {{1, 2, 3, 4}}, {{1, 0, 0, 1, 1, 0, 0, 1}, {0.5, -0.5}}),
               {4.5, 5.5});
}

TEST_CASE("pooling: values, borders and the first maximum") {
  check_values(run_one(make_max_pool(), {{2, 4, 1}}, {{1, 5, -2, -3, 4, 2, -1, -9}}, {}), {5, -1});
  // Cells beyond the border do not count as 0 in a maximum ...
  check_values(run_one(make_max_pool({.window = 3, .stride = 2, .padding = 1}), {{1, 3, 1}}, {{-3, -2, -1}}, {}),
               {-2, -1});
  // ... and do in an average.
  check_values(run_one(make_average_pool({.window = 3, .stride = 2, .padding = 1}), {{1, 3, 1}}, {{9, 18, 27}}, {}),
               {3, 5});
  check_values(run_one(make_global_average_pool(), {{2, 2, 2}}, {{1, 10, 2, 20, 3, 30, 6, 60}}, {}), {3, 30});

  LayerRun<double> run(make_max_pool(), {{2, 2, 1}}, 1, 1, kernels::eigen_table<double>());
  run.x[0].assign({7, 7, 7, 7});
  run.dy.assign({3});
  run.forward(true);
  run.backward(0.0);
  check_values(run.dx[0].values(), {3, 0, 0, 0});
}

TEST_CASE("upsample: nearest repeats, bilinear samples between pixel centres") {
  check_values(run_one(make_upsample(), {{1, 2, 1}}, {{1, 5}}, {}), {1, 1, 5, 5, 1, 1, 5, 5});
  check_values(run_one(make_upsample({.factor = 2, .mode = UpsampleMode::bilinear}), {{1, 2, 1}}, {{1, 5}}, {}),
               {1, 2, 4, 5, 1, 2, 4, 5});
}

TEST_CASE("coord_planes run from -1 to 1") {
  check_values(run_one(make_coord_planes({.radius = true}), {{1, 3, 1}}, {{7, 8, 9}}, {}),
               {7, -1, 0, 1, 8, 0, 0, 0, 9, 1, 0, 1});
}

TEST_CASE("concat and multiply") {
  check_values(run_one(make_concat(), {{1, 2, 1}, {1, 2, 2}}, {{1, 2}, {3, 4, 5, 6}}, {}), {1, 3, 4, 2, 5, 6});
  check_values(run_one(make_multiply(), {{1, 2, 2}, {1, 1, 2}}, {{1, 2, 3, 4}, {10, 100}}, {}), {10, 200, 30, 400});
}

TEST_CASE("activations at chosen points") {
  const auto apply = [](ActivationKind kind, const std::vector<double>& x) {
    return run_one(make_activation({.function = kind, .slope = 0.25}), {{1, 1, static_cast<int>(x.size())}}, {x}, {});
  };
  check_values(apply(ActivationKind::relu, {-2, 0, 3}), {0, 0, 3});
  check_values(apply(ActivationKind::leaky_relu, {-2, 0, 3}), {-0.5, 0, 3});
  check_values(apply(ActivationKind::relu6, {-2, 4, 9}), {0, 4, 6});
  check_values(apply(ActivationKind::hard_swish, {-4, -1, 1, 5}), {0, -1.0 / 3.0, 2.0 / 3.0, 5});
  check_values(apply(ActivationKind::sigmoid, {0, 2}), {0.5, 1.0 / (1.0 + std::exp(-2.0))});
  check_values(apply(ActivationKind::tanh, {0, 2}), {0, std::tanh(2.0)});
}

TEST_CASE("activations let NaN through, so that a broken run is noticed") {
  for (const ActivationKind kind : {ActivationKind::relu, ActivationKind::leaky_relu, ActivationKind::relu6}) {
    CHECK(std::isnan(run_one(make_activation({.function = kind}), {{1, 1, 1}}, {{std::nan("")}}, {})[0]));
  }
}

TEST_CASE("a pool inside a convolution equals the two layers") {
  for (const PoolOptions pool : {PoolOptions{.window = 2}, PoolOptions{.window = 3, .stride = 2},
                                 PoolOptions{.window = 3, .stride = 2, .padding = 1}}) {
    const Shape in{37, 61, 3};  // many channels out: several bands
    const Conv2dOptions plain{.out_channels = 32, .activation = ActivationKind::relu};
    Conv2dOptions fused = plain;
    fused.pool = pool;
    LayerRun<double> conv(make_conv2d(plain), {in}, 2, 1, kernels::eigen_table<double>());
    LayerRun<double> both(make_conv2d(fused), {in}, 2, 1, kernels::eigen_table<double>());
    conv.randomise(5);
    both.randomise(5);
    conv.forward(false);
    both.forward(false);
    LayerRun<double> pooled(make_max_pool(pool), {conv.signature.out}, 2, 1, kernels::eigen_table<double>());
    pooled.x[0].assign(conv.y.values());
    pooled.forward(false);
    CHECK(both.intact());
    CHECK(both.signature.out == pooled.signature.out);
    CHECK(test::relative_difference(pooled.y.values(), both.y.values()) <= 1e-12);
  }
}

TEST_CASE("sums emitted in bands are those of the whole map") {
  LayerRun<double> run(make_conv2d({.out_channels = 32}), {{40, 50, 2}}, 2, 1, kernels::eigen_table<double>());
  run.randomise(9);
  run.forward(true);
  REQUIRE(run.signature.allows.emits_sums);
  test::detail::check_emitted_sums(run);
}
