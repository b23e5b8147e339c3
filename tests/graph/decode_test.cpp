// SPDX-License-Identifier: MIT
#include "graph/decode.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "support/random_values.hpp"

using namespace fpcpu;

TEST_CASE("threads share the samples of a batch, each with the points and the doubts of its own maps") {
  constexpr int kSamples = 5;
  const Shape shape{6, 7, 3};
  const HeadPtr head = make_heatmaps_head();
  const std::vector<float> maps = test::random_values(kSamples * shape.size(), 1);
  std::vector<float> points(kSamples * 6), expected_points(kSamples * 6);
  std::vector<float> doubts(kSamples * 3), expected_doubts(kSamples * 3);
  head->decode(maps.data(), shape, kSamples, expected_points.data(), expected_doubts.data());
  ThreadPool pool(2);
  decode(*head, maps.data(), shape, kSamples, points.data(), doubts.data(), pool);
  CHECK(points == expected_points);
  CHECK(doubts == expected_doubts);
}
