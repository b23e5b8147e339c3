// SPDX-License-Identifier: MIT
#include "fpcpu/losses.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/rng.hpp"
#include "fpcpu/error.hpp"
#include "heads/head.hpp"
#include "support/check_gradients.hpp"
#include "support/messages.hpp"

using namespace fpcpu;

namespace {

/// Of the registry.
std::vector<std::string> coordinate_losses() { return loss_usages("coordinates"); }
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Four samples of three points, some of them not visible and then without a target.
template <class T>
struct Faces {
  static constexpr int kSamples = 4;
  static constexpr int kPoints = 3;
  test::GuardedBuffer<T> pred{24, T(0)}, target{24, T(0)}, visible{12, T(1)}, dpred{24, T(0)};
  double inv_count = 1.0 / 18.0;

  Faces() {
    Rng rng(4, RandomUse::init);
    for (std::size_t i = 0; i < 24; ++i) {
      pred[i] = static_cast<T>(rng.uniform(-0.5F, 0.5F));
      target[i] = pred[i] + static_cast<T>(rng.normal() * 0.05F);
    }
    for (const std::size_t k : {1U, 5U, 11U}) {
      visible[k] = T(0);
      target[2 * k] = target[2 * k + 1] = static_cast<T>(kNan);
    }
  }

  /// The gradient of these samples, and nothing else, is in dpred afterwards.
  double run(const Loss& loss) const {
    dpred.fill(T(0));
    return loss.run(LossArgs<T>{.pred = pred.data(),
                                .target = target.data(),
                                .visible = visible.data(),
                                .n = kSamples,
                                .points = kPoints,
                                .unit_x = T(96),
                                .unit_y = T(64),
                                .inv_count = inv_count,
                                .dpred = dpred.data()});
  }
};

/// l(d) for one visible coordinate.
double value_at(const Loss& loss, double d) {
  const std::vector<double> pred = {d, 0};
  const std::vector<double> target = {0, 0};
  const double visible = 1;
  return loss.run(LossArgs<double>{
      .pred = pred.data(), .target = target.data(), .visible = &visible, .n = 1, .points = 1, .inv_count = 1.0});
}

}  // namespace

TEST_CASE("losses: a point that is not visible has no gradient") {
  for (const std::string& name : coordinate_losses()) {
    INFO(name);
    Faces<double> faces;
    CHECK(faces.run(*make_loss(name)) > 0.0);
    for (std::size_t i = 0; i < 24; ++i) CHECK((faces.dpred[i] == 0.0) == (faces.visible[i / 2] == 0.0));
  }
}

TEST_CASE("losses: values from the formulas") {
  CHECK(value_at(*make_mse_loss(), -3.0) == doctest::Approx(9.0));
  CHECK(value_at(*make_l1_loss(), -3.0) == doctest::Approx(3.0));
  CHECK(value_at(*make_smooth_l1_loss({.knee = 2.0}), 1.0) == doctest::Approx(0.25));
  CHECK(value_at(*make_smooth_l1_loss({.knee = 2.0}), -5.0) == doctest::Approx(4.0));
  CHECK(value_at(*make_wing_loss(), 1.0) == doctest::Approx(10.0 * std::log(1.5)));
  CHECK(value_at(*make_wing_loss(), -20.0) == doctest::Approx(20.0 + 7.9176).epsilon(1e-5));
  CHECK(value_at(*make_loss("wing:w=5,epsilon=1"), 1.0) == doctest::Approx(5.0 * std::log(2.0)));
  CHECK(value_at(*make_loss("smooth-l1:knee=4"), 1.0) == doctest::Approx(0.125));
  CHECK(value_at(*make_wing_loss(), 10.0 - 1e-9) == doctest::Approx(value_at(*make_wing_loss(), 10.0)));
}

TEST_CASE("losses: the gradient at 0 is 0") {
  const double zero = 0;
  const std::vector<double> point = {0.25, -0.5};
  const double visible = 1;
  for (const std::string& name : coordinate_losses()) {
    std::vector<double> gradient = {0, 0};
    const double value = make_loss(name)->run(LossArgs<double>{.pred = point.data(),
                                                               .target = point.data(),
                                                               .visible = &visible,
                                                               .n = 1,
                                                               .points = 1,
                                                               .inv_count = 0.5,
                                                               .dpred = gradient.data()});
    CHECK(value == zero);
    CHECK(gradient == std::vector<double>{0, 0});
  }
}

TEST_CASE("losses: bad options and names") {
  CHECK_THROWS_AS((void)make_smooth_l1_loss({.knee = 0.0}), Error);
  CHECK_THROWS_AS((void)make_wing_loss({.w = -1.0}), Error);
  CHECK_THROWS_AS((void)make_wing_loss({.epsilon = 0.0}), Error);
  CHECK_THROWS_WITH_AS((void)make_loss("wings"), "unknown loss 'wings'. Did you mean 'wing'?", Error);
  CHECK_THROWS_WITH_AS((void)make_loss("wing:width=3"), "loss wing: 'width' is unknown. Known: w, epsilon.", Error);
  CHECK_THROWS_AS((void)make_loss("wing:w=0"), Error);
  CHECK(test::contains(test::message_of(ErrorCode::usage, [] { (void)make_loss("huber"); }),
                       "unknown loss 'huber'. Known: mse, l1, "));
}
