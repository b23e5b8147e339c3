// SPDX-License-Identifier: MIT
// What holds for every head of the registry and every loss that reads one.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/rng.hpp"
#include "fpcpu/error.hpp"
#include "heads/head.hpp"
#include "layers/layer.hpp"
#include "support/check_gradients.hpp"
#include "support/messages.hpp"

namespace fpcpu {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr Shape kInput{48, 56, 3};
constexpr int kPoints = 12;
constexpr int kSamples = 3;

std::vector<float> random_points(Rng& rng, int count) {
  std::vector<float> points;
  for (int i = 0; i < 2 * count; ++i) points.push_back(rng.uniform(-0.6F, 0.6F));
  return points;
}

/// As networks have it: fitted to a mean shape, before its last layer.
HeadPtr head_of(std::string_view kind) {
  const HeadPtr head = make_head(kind);
  Rng rng(7, RandomUse::init);
  const HeadPtr fitted = head->fitted(random_points(rng, kPoints));
  return fitted ? fitted : head;
}

Shape output_of(const Head& head) {
  const std::vector<Shape> features = {{6, 7, 4}};
  return head.last_layer(kPoints)->signature(features).out;
}

/// Outputs of the head and true points, some of them beyond the image and some not visible.
template <class T>
struct Case {
  const Head& head;
  Shape shape = output_of(head);
  test::GuardedBuffer<T> pred{kSamples * shape.size(), T(0)}, dpred{kSamples * shape.size(), T(0)};
  std::vector<T> target, visible = std::vector<T>(kSamples * kPoints, T(1));
  std::vector<T> weights;  // of the samples or of the points; empty: 1
  double term = 1;         // its weight

  explicit Case(const Head& h) : head(h) {
    Rng rng(5, RandomUse::init);
    for (std::size_t i = 0; i < pred.size(); ++i) pred[i] = static_cast<T>(rng.uniform(-0.3F, 0.9F));
    for (const float t : random_points(rng, kSamples * kPoints)) target.push_back(static_cast<T>(t));
    for (const std::size_t k : {1U, 5U, 17U, 35U}) hide(k);
  }

  void hide(std::size_t k) {
    visible[k] = T(0);
    target[2 * k] = target[2 * k + 1] = static_cast<T>(kNan);
  }

  double run(const Loss& loss, int begin = 0, int end = kSamples) const {
    LossArgs<T> a;
    a.points = head.points(shape);
    a.output = shape;
    a.unit_x = static_cast<T>(kInput.w);
    a.unit_y = static_cast<T>(kInput.h);
    const auto at = static_cast<std::size_t>(begin);
    a.pred = pred.data() + at * shape.size();
    a.dpred = dpred.data() + at * shape.size();
    std::fill_n(a.dpred, static_cast<std::size_t>(end - begin) * shape.size(), T(0));
    a.target = target.data() + at * 2 * kPoints;
    a.visible = visible.data() + at * kPoints;
    a.n = end - begin;
    a.inv_count = inverse_visible_count(visible.data(), visible.size());
    a.weight = term;
    if (!weights.empty()) {
      a.weights_per_sample = static_cast<int>(weights.size()) / kSamples;
      a.weights = weights.data() + at * static_cast<std::size_t>(a.weights_per_sample);
    }
    return loss.run(a);
  }
};

}  // namespace

TEST_CASE("every head: text, last layer and usual loss fit together") {
  REQUIRE(last_layer_names().size() == head_kinds().size());
  for (std::size_t i = 0; i < head_kinds().size(); ++i) {
    const HeadPtr head = make_head(head_kinds()[i]);
    const std::string text = to_text(*head);
    INFO(text);
    CHECK(head->kind() == head_kinds()[i]);
    CHECK(to_text(*make_head(text)) == text);
    CHECK(to_text(*head_of(head->kind())) == text);
    CHECK_NOTHROW(check_head(*head, output_of(*head), kPoints));
    CHECK(head->points({1, 1, 1}) == 0);
    CHECK_FALSE(loss_usages(head->kind()).empty());
    CHECK_NOTHROW((void)make_loss("auto", *head));
    const LastLayer last = make_last_layer(last_layer_names()[i], Attributes(head->describe()).set("bias", false), 12);
    CHECK(to_text(*last.head) == text);
    const std::vector<Shape> features = {{6, 7, 4}};
    CHECK(last.layer->signature(features).params.size() == 1);
    CHECK(test::contains(
        test::message_of(ErrorCode::usage,
                         [&] { (void)make_last_layer(last_layer_names()[i], Attributes().set("bais", false), 12); }),
        "bais"));
  }
}

TEST_CASE("every head decodes sample by sample, and what is not a number to what is not a number") {
  for (const std::string_view kind : head_kinds()) {
    INFO(std::string(kind));
    const HeadPtr head = head_of(kind);
    const Case<float> c(*head);
    std::vector<float> points(kSamples * 2 * kPoints), one(2 * kPoints), doubts(kSamples * kPoints, -1.0F);
    head->decode(c.pred.data(), c.shape, kSamples, points.data(), doubts.data());
    for (const float d : doubts) CHECK(d >= 0.0F);
    for (std::size_t i = 0; i < kSamples; ++i) {
      head->decode(c.pred.data() + i * c.shape.size(), c.shape, 1, one.data(), nullptr);
      CHECK(std::equal(one.begin(), one.end(), points.begin() + static_cast<std::ptrdiff_t>(i * 2 * kPoints)));
    }
    const std::vector<float> diverged(c.shape.size(), std::numeric_limits<float>::quiet_NaN());
    head->decode(diverged.data(), c.shape, 1, one.data(), nullptr);
    for (const float v : one) CHECK(std::isnan(v));
  }
}

TEST_CASE("every loss of a head: gradients, slices and float") {
  for (const std::string_view kind : head_kinds()) {
    const HeadPtr head = head_of(kind);
    for (const std::string& name : loss_usages(kind)) {
      INFO(name);
      const LossPtr loss = make_loss(name, *head);
      CHECK(name.starts_with(loss->kind()));
      Case<double> c(*head);
      const double value = c.run(*loss);
      const std::vector<double> gradient = c.dpred.values();
      CHECK(c.dpred.intact());
      CHECK(value > 0.0);
      test::check_central_differences("pred", c.pred, gradient, [&] { return c.run(*loss); });
      CHECK(c.run(*loss, 0, 1) + c.run(*loss, 1, 3) == doctest::Approx(value).epsilon(1e-14));
      CHECK(c.dpred.values() == gradient);

      Case<float> single(*head);
      CHECK(single.run(*loss) == doctest::Approx(value).epsilon(1e-4));
      CHECK(test::relative_difference(gradient, single.dpred.values()) < 1e-3);
    }
  }
}

TEST_CASE(
    "every loss of a head: weights of samples or points are in value and gradient, a term's in the latter alone") {
  constexpr std::size_t kAll = std::size_t{kSamples} * kPoints;
  for (const std::string_view kind : head_kinds()) {
    const HeadPtr head = head_of(kind);
    for (const std::string& name : loss_usages(kind)) {
      const LossPtr loss = make_loss(name, *head);
      for (const std::size_t size : {std::size_t{kSamples}, kAll}) {
        INFO(name << " with " << size << " weights");
        Case<double> c(*head);
        c.term = 0.5;
        for (std::size_t i = 0; i < size; ++i) c.weights.push_back(0.25 + static_cast<double>(i));
        // The mean over the visible points of what each gives when the others are not there.
        const double visible = static_cast<double>(std::count(c.visible.begin(), c.visible.end(), 1.0));
        double value = 0;
        std::vector<double> gradient(c.pred.size());
        for (std::size_t k = 0; k < kAll; ++k) {
          if (c.visible[k] == 0.0) continue;
          Case<double> alone(*head);
          for (std::size_t other = 0; other < kAll; ++other) {
            if (other != k) alone.hide(other);
          }
          const double share = c.weights[k * size / kAll] / visible;
          value += share * alone.run(*loss);
          for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] += c.term * share * alone.dpred[i];
        }
        CHECK(c.run(*loss) == doctest::Approx(value).epsilon(1e-12));
        CHECK(test::relative_difference(gradient, c.dpred.values()) < 1e-12);
      }
    }
  }
}

TEST_CASE("every loss of a head: no visible point gives 0 and no gradient") {
  for (const std::string_view kind : head_kinds()) {
    const HeadPtr head = head_of(kind);
    for (const std::string& name : loss_usages(kind)) {
      INFO(name);
      Case<double> c(*head);
      for (std::size_t k = 0; k < c.visible.size(); ++k) c.hide(k);
      CHECK(c.run(*make_loss(name, *head)) == 0.0);
      for (const double g : c.dpred.values()) CHECK(g == 0.0);
    }
  }
}

}  // namespace fpcpu
