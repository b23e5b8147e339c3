// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "fpcpu/error.hpp"
#include "optim/clip.hpp"
#include "optim/ema.hpp"

namespace fpcpu {
namespace {

TEST_CASE("the squared norm counts every value of its block, whatever its length") {
  for (std::size_t n = 0; n < 40; ++n) {
    std::vector<float> grads(n + 3);
    double expected = 0;
    for (std::size_t i = 0; i < grads.size(); ++i) grads[i] = static_cast<float>(i) + 0.5F;
    for (std::size_t i = 2; i < n + 2; ++i) expected += static_cast<double>(grads[i]) * static_cast<double>(grads[i]);
    CHECK(squared_norm({2, n + 2, true}, grads.data()) == doctest::Approx(expected));
  }
}

TEST_CASE("clipping scales down to the norm, never up, and reports what is not finite") {
  const std::vector<double> sums = {9.0, 16.0};
  CHECK(clip_scale(sums, 1.0) == doctest::Approx(1.0 / (5.0 + 1e-6)));
  CHECK(clip_scale(sums, 10.0) == 1.0);
  CHECK(clip_scale(sums, 0.0) == 1.0);
  const std::vector<double> broken = {9.0, std::numeric_limits<double>::infinity()};
  CHECK(std::isnan(clip_scale(broken, 1.0)));
  const std::vector<double> too_large = {9.0, 1e39};  // the second moments of adam would be infinite
  CHECK(std::isnan(clip_scale(too_large, 1.0)));
}

TEST_CASE("the moving average follows its formula and resumes exactly") {
  const std::vector<float> start = {1.0F, -2.0F};
  const std::vector<float> values = {3.0F, 5.0F};
  Ema ema("ema", 0.999, start.data(), start.size());
  std::vector<double> expected(start.begin(), start.end());
  for (int t = 1; t <= 3; ++t) {
    ema.begin_step();
    ema.update_range(values.data(), 0, 1);
    ema.update_range(values.data(), 1, 2);
    const double d = std::min(0.999, (1.0 + t) / (10.0 + t));
    for (std::size_t i = 0; i < 2; ++i) expected[i] = d * expected[i] + (1 - d) * static_cast<double>(values[i]);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(static_cast<double>(ema.data()[i]) == doctest::Approx(expected[i]).epsilon(1e-5));
  }

  std::map<std::string, std::vector<float>> arrays;
  std::map<std::string, std::string> state;
  ema.save(arrays, state);
  Ema resumed("ema", 0.999, start.data(), start.size());
  resumed.load(arrays, state);
  for (Ema* e : {&ema, &resumed}) {
    e->begin_step();
    e->update_range(start.data(), 0, 2);
  }
  for (std::size_t i = 0; i < 2; ++i) CHECK(resumed.data()[i] == ema.data()[i]);

  // Late in a long run the set decay rules.
  Ema low("ema", 0.5, start.data(), start.size());
  for (int t = 0; t < 20; ++t) low.begin_step();
  low.update_range(values.data(), 0, 1);
  CHECK(low.data()[0] == doctest::Approx(2.0));
  CHECK_THROWS_AS(Ema("ema", 1.0, start.data(), 2), Error);
}

}  // namespace
}  // namespace fpcpu
