// SPDX-License-Identifier: MIT
#include "heads/error_model.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/rng.hpp"

using namespace fpcpu;

namespace {

const std::vector<float> kShape = {-0.2F, -0.1F, 0.2F, -0.1F, 0.0F, 0.05F, -0.1F, 0.2F, 0.1F, 0.2F};
constexpr std::size_t kPoints = 5;

/// Faces whose errors follow from the number of the point, the doubt and how strange the point lies.
struct Made {
  std::vector<float> points, doubts, errors;

  explicit Made(std::size_t count, std::uint64_t seed = 1) {
    Rng rng(seed, RandomUse::split);
    for (std::size_t i = 0; i < count; ++i) {
      const float turn = 0.3F * (rng.uniform() - 0.5F);
      const float size = 0.7F + 0.6F * rng.uniform();
      for (std::size_t k = 0; k < kPoints; ++k) {
        const float strange = k == 2 && i % 3 == 0 ? 0.2F : 0.01F * rng.uniform();
        const float x = kShape[2 * k] + strange;
        const float y = kShape[2 * k + 1];
        points.push_back(0.05F + size * (x - turn * y));
        points.push_back(-0.02F + size * (y + turn * x));
        doubts.push_back(2 * rng.uniform());
        const double base = 1 + static_cast<double>(k);
        errors.push_back(
            static_cast<float>(base * std::exp(0.8 * static_cast<double>(doubts.back())) * (strange > 0.1F ? 4 : 1)));
      }
    }
  }

  [[nodiscard]] FoundFaces faces() const { return {points, doubts, errors}; }
};

std::vector<float> expected(const ErrorModel& model, const Made& made, std::size_t face) {
  std::vector<float> errors(kPoints);
  expect_errors(model, kShape, std::span(made.points).subspan(2 * kPoints * face, 2 * kPoints),
                std::span(made.doubts).subspan(kPoints * face, kPoints), errors);
  return errors;
}

}  // namespace

TEST_CASE("an error model tells points, doubts and strange shapes apart, on faces it was not fitted to") {
  const ErrorModel model = fit_error_model(Made(400).faces(), kShape, "inter-ocular");
  REQUIRE_FALSE(model.empty());
  CHECK(model.unit == "inter-ocular");
  CHECK(static_cast<double>(model.doubt) == doctest::Approx(0.8).epsilon(0.15));
  CHECK(model.strangeness > 0.1F);
  const Made others(90, 2);
  double sum = 0;
  double truth = 0;
  double off = 0;
  for (std::size_t i = 0; i < 90; ++i) {
    const std::vector<float> errors = expected(model, others, i);
    for (std::size_t k = 0; k < kPoints; ++k) {
      const auto e = static_cast<double>(errors[k]);
      const auto t = static_cast<double>(others.errors[i * kPoints + k]);
      sum += e;
      truth += t;
      off += std::abs(std::log(e / t));
    }
  }
  CHECK(sum == doctest::Approx(truth).epsilon(0.15));
  CHECK(off / (90 * kPoints) < 0.35);  // within 40 % where errors differ by 50 times
  CHECK(static_cast<double>(model.usual) > 1);
}

TEST_CASE("a face moved, turned and enlarged has the same errors") {
  const ErrorModel model = fit_error_model(Made(100).faces(), kShape, "box");
  const Made made(1, 5);
  Made moved = made;
  for (std::size_t k = 0; k < kPoints; ++k) {
    moved.points[2 * k] = 0.3F - 2 * made.points[2 * k + 1];
    moved.points[2 * k + 1] = 0.1F + 2 * made.points[2 * k];
  }
  const std::vector<float> errors = expected(model, made, 0);
  const std::vector<float> same = expected(model, moved, 0);
  for (std::size_t k = 0; k < kPoints; ++k)
    CHECK(static_cast<double>(same[k]) == doctest::Approx(errors[k]).epsilon(1e-3));
}

TEST_CASE("errors that are not known are left out, and too few faces teach nothing") {
  Made made(60);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t i = 0; i < 60; ++i) made.errors[i * kPoints + 3] = nan;
  const ErrorModel model = fit_error_model(made.faces(), kShape, "box");
  REQUIRE_FALSE(model.empty());
  // A point without errors gets the level of all.
  const std::vector<float> errors = expected(model, made, 1);
  for (const float e : errors) CHECK(std::isfinite(e));
  CHECK(model.level[3] > model.level[0]);
  CHECK(model.level[3] < model.level[4]);
  for (float& e : made.errors) e = nan;
  CHECK(fit_error_model(made.faces(), kShape, "box").empty());
  CHECK(fit_error_model(Made(9).faces(), kShape, "box").empty());
  CHECK(fit_error_model(Made(20).faces(), {}, "box").empty());
}

TEST_CASE("what lies far from all that was learnt from stays a number") {
  ErrorModel model{"box", {5, 5, 5, 5, 5}, 100, 100, 1};
  std::vector<float> errors(kPoints);
  expect_errors(model, kShape, kShape, std::vector<float>(kPoints, 9.0F), errors);
  for (const float e : errors) CHECK(e == 1000.0F);
}
