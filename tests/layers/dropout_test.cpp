// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <set>

#include "fpcpu/layers.hpp"
#include "support/layer_run.hpp"

using namespace fpcpu;
using test::LayerRun;

namespace {
std::vector<float> masked(DropoutOptions options, const Shape& in, int batch, int slices, std::uint64_t step = 0,
                          std::uint64_t seed = 1, std::uint32_t key = 5) {
  LayerRun<float> run(make_dropout(options), {in}, batch, slices, kernels::eigen_table<float>());
  run.x[0].fill(1.0F);
  run.step = step;
  run.seed = seed;
  run.node_key = key;
  run.forward(true);
  return run.y.values();
}
}  // namespace

TEST_CASE("dropout keeps the expectation and drops the stated share") {
  for (const double rate : {0.2, 0.5}) {
    const std::vector<float> y = masked({.rate = rate}, {20, 20, 10}, 10, 1);
    double sum = 0;
    double zeros = 0;
    for (const float v : y) {
      sum += static_cast<double>(v);
      zeros += v == 0.0F ? 1.0 : 0.0;
    }
    const auto n = static_cast<double>(y.size());
    CHECK(sum / n == doctest::Approx(1.0).epsilon(0.02));
    CHECK(zeros / n == doctest::Approx(rate).epsilon(0.03));
  }
}

TEST_CASE("dropout does not depend on the slices") {
  for (const DropoutMode mode : {DropoutMode::units, DropoutMode::channels}) {
    const auto one = masked({.rate = 0.5, .mode = mode}, {3, 3, 8}, 7, 1);
    CHECK(one == masked({.rate = 0.5, .mode = mode}, {3, 3, 8}, 7, 3));
    CHECK(one == masked({.rate = 0.5, .mode = mode}, {3, 3, 8}, 7, 7));
  }
}

TEST_CASE("dropout differs between samples, steps, seeds and nodes") {
  const Shape in{4, 4, 8};
  std::set<std::vector<float>> masks;
  masks.insert(masked({}, in, 1, 1, 0, 1, 5));
  masks.insert(masked({}, in, 1, 1, 1, 1, 5));
  masks.insert(masked({}, in, 1, 1, 0, 2, 5));
  masks.insert(masked({}, in, 1, 1, 0, 1, 6));
  const auto two = masked({}, in, 2, 1);
  masks.insert(std::vector<float>(two.begin() + 128, two.end()));
  CHECK(masks.size() == 5);
}

TEST_CASE("dropout of channels drops whole channels") {
  const std::vector<float> y = masked({.rate = 0.5, .mode = DropoutMode::channels}, {5, 5, 16}, 4, 2);
  double dropped = 0;
  for (std::size_t n = 0; n < 4; ++n) {
    for (std::size_t c = 0; c < 16; ++c) {
      const float first = y[n * 400 + c];
      dropped += first == 0.0F ? 1.0 : 0.0;
      for (std::size_t p = 0; p < 25; ++p) CHECK(y[n * 400 + p * 16 + c] == first);
    }
  }
  CHECK(dropped > 16);
  CHECK(dropped < 48);
}

TEST_CASE("dropout in inference is the identity, and a dropped NaN stays dropped") {
  LayerRun<float> run(make_dropout(), {{2, 2, 2}}, 1, 1, kernels::eigen_table<float>());
  run.randomise(3);
  run.forward(false);
  CHECK(run.y.values() == run.x[0].values());
}
