// SPDX-License-Identifier: MIT
#include "graph/flip_average.hpp"

#include <doctest/doctest.h>

#include "graph/zoo/zoo.hpp"
#include "support/messages.hpp"
#include "support/random_values.hpp"

using namespace fpcpu;

namespace {

constexpr int kPoints = 5;
constexpr int kImages = 3;
const std::vector<int> kMirror = {1, 0, 2, 4, 3};

std::vector<float> mirrored(const std::vector<float>& x, const Shape& input) {
  std::vector<float> y(x.size());
  const auto w = static_cast<std::size_t>(input.w);
  const auto c = static_cast<std::size_t>(input.c);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t row = i / (w * c);
    const std::size_t column = i / c % w;
    y[(row * w + w - 1 - column) * c + i % c] = x[i];
  }
  return y;
}

Preprocessing preprocessing(std::vector<int> mirror) {
  Preprocessing p;
  p.input = {32, 32, 3};
  p.points = kPoints;
  p.mirror = std::move(mirror);
  return p;
}

}  // namespace

TEST_CASE("flip averaging is the mean with the swapped and mirrored points of the mirror image") {
  ThreadPool pool(2);
  const Graph graph = make_network("base", {.points = kPoints, .input_size = 32});
  Params<float> params{ParamLayout(graph)};
  initialize(params, 3);
  // The untrained last layer answers almost nothing.
  const ParamSlot& last = *params.layout.find("landmarks.weight");
  for (std::size_t i = 0; i < last.spec.size(); ++i) params.at(last)[i] *= 100.0F;
  InferenceNetwork network(graph, params, kImages, kernels::choose_table(), pool);
  const Shape input = graph.input_shape();
  const std::vector<float> x = test::random_values(kImages * input.size(), 1);
  const std::vector<float> turned = mirrored(x, input);
  const auto pass = [&](const std::vector<float>& images) {
    const float* points = network.points(network.run(images.data(), kImages), kImages);
    return std::vector<float>(points, points + kImages * 2 * kPoints);
  };
  const std::vector<float> plain = pass(x);
  const std::vector<float> other = pass(turned);

  FlipAverage flip(preprocessing(kMirror), kImages);
  const auto averaged = [&](const std::vector<float>& images) {
    const float* points =
        flip.run(network, images.data(), network.points(network.run(images.data(), kImages), kImages), kImages);
    return std::vector<float>(points, points + kImages * 2 * kPoints);
  };
  const std::vector<float> mean = averaged(x);
  const std::vector<float> mean_of_turned = averaged(turned);
  for (std::size_t i = 0; i < kImages; ++i) {
    for (std::size_t k = 0; k < kPoints; ++k) {
      const std::size_t a = 2 * (i * kPoints + k);
      const std::size_t b = 2 * (i * kPoints + static_cast<std::size_t>(kMirror[k]));
      CHECK(mean[a] == doctest::Approx((plain[a] - other[b]) / 2));
      CHECK(mean[a + 1] == doctest::Approx((plain[a + 1] + other[b + 1]) / 2));
      // What is found no longer depends on the side from which one looks.
      CHECK(mean_of_turned[b] == doctest::Approx(-mean[a]));
      CHECK(mean_of_turned[b + 1] == doctest::Approx(mean[a + 1]));
    }
  }
  CHECK(mean != plain);
}

TEST_CASE("flip averaging without a mirror table and unknown names are usage errors") {
  CHECK(test::contains(test::message_of(ErrorCode::usage, [] { FlipAverage(preprocessing({}), 1); }), "--mirror"));
  CHECK(is_flip("flip"));
  CHECK_FALSE(is_flip("none"));
  CHECK(test::contains(test::message_of(ErrorCode::usage, [] { (void)is_flip("flop"); }), "'flip'"));
}
