// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/rng.hpp"
#include "fpcpu/error.hpp"
#include "heads/head.hpp"
#include "support/guarded_buffer.hpp"

using namespace fpcpu;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int kHeight = 6;
constexpr int kWidth = 7;
constexpr int kPoints = 3;
constexpr int kSamples = 2;
constexpr std::size_t kMaps = std::size_t{kSamples} * kHeight * kWidth * kPoints;

/// Two samples of three maps; points 1 and 3 are not visible.
template <class T>
struct Maps {
  test::GuardedBuffer<T> pred{kMaps, T(0)}, dpred{kMaps, T(0)};
  std::vector<T> target = std::vector<T>(12), visible = {1, 0, 1, 0, 1, 1};
  double inv_count = 1.0 / 8.0;

  Maps() {
    Rng rng(5, RandomUse::init);
    for (std::size_t i = 0; i < kMaps; ++i) pred[i] = static_cast<T>(rng.uniform(-0.2F, 1.0F));
    for (T& t : target) t = static_cast<T>(rng.uniform(-0.6F, 0.6F));
    for (const std::size_t hidden : {1U, 3U}) target[2 * hidden] = target[2 * hidden + 1] = static_cast<T>(kNan);
  }

  double run(const Loss& loss = *make_heatmap_mse_loss()) const {
    LossArgs<T> a;
    a.points = kPoints;
    a.output = {kHeight, kWidth, kPoints};
    a.pred = pred.data();
    a.dpred = dpred.data();
    dpred.fill(T(0));
    a.target = target.data();
    a.visible = visible.data();
    a.n = kSamples;
    a.inv_count = inv_count;
    return loss.run(a);
  }
};

/// The map of points in pixels of an h x w map.
std::vector<float> rendered(int h, int w, const std::vector<double>& pixels, double sigma = 1.0) {
  const std::size_t points = pixels.size() / 2;
  std::vector<float> maps;
  for (int r = 0; r < h; ++r) {
    for (int q = 0; q < w; ++q) {
      for (std::size_t k = 0; k < points; ++k) {
        const double square = std::pow(q - pixels[2 * k], 2) + std::pow(r - pixels[2 * k + 1], 2);
        maps.push_back(static_cast<float>(std::exp(-square / (2 * sigma * sigma))));
      }
    }
  }
  return maps;
}

std::vector<double> decoded(const std::vector<float>& maps, int h, int w, double sigma = 1.0) {
  const Shape shape{h, w, static_cast<int>(maps.size()) / (h * w)};
  std::vector<float> fractions(2 * static_cast<std::size_t>(shape.c));
  make_heatmaps_head({.sigma = sigma})->decode(maps.data(), shape, 1, fractions.data(), nullptr);
  std::vector<double> pixels;
  for (std::size_t i = 0; i < fractions.size(); ++i) {
    pixels.push_back((static_cast<double>(fractions[i]) + 0.5) * (i % 2 == 0 ? w : h) - 0.5);
  }
  return pixels;
}

}  // namespace

TEST_CASE("losses on heat maps: the map of a point that is not visible has no gradient") {
  for (const std::string& name : loss_usages("heatmaps")) {
    INFO(name);
    Maps<double> maps;
    CHECK(maps.run(*make_loss(name, *make_heatmaps_head())) > 0.0);
    for (std::size_t i = 0; i < kMaps; ++i) {
      const std::size_t point = i / (kMaps / kSamples) * kPoints + i % kPoints;
      CHECK((maps.dpred[i] == 0.0) == (maps.visible[point] == 0.0));
    }
  }
}

TEST_CASE("heatmap-mse: values from the formula") {
  Maps<double> maps;
  const std::size_t points = maps.visible.size();
  for (std::size_t k = 0; k < points; ++k) {
    for (std::size_t cell = 0; cell < kHeight * kWidth; ++cell) {
      const double u = (maps.target[2 * k] + 0.5) * kWidth - 0.5;
      const double v = (maps.target[2 * k + 1] + 0.5) * kHeight - 0.5;
      const double square =
          std::pow(static_cast<double>(cell % kWidth) - u, 2) + std::pow(static_cast<double>(cell / kWidth) - v, 2);
      const std::size_t at = (k / kPoints * kHeight * kWidth + cell) * kPoints + k % kPoints;
      maps.pred[at] = maps.visible[k] != 0.0 ? std::exp(-square / 2) + 0.25 : kNan;
    }
  }
  CHECK(maps.run() == doctest::Approx(kHeight * kWidth * 0.0625));
  for (std::size_t i = 0; i < kMaps; ++i) {
    if (!std::isnan(maps.pred[i])) CHECK(maps.dpred[i] == doctest::Approx(2 * 0.25 / 4));
  }
}

TEST_CASE("heat maps of known points are decoded to them") {
  const std::vector<double> points = {9.0, 11.0, 12.37, 8.81, 6.49, 7.51, 15.2, 17.9};
  const std::vector<float> maps = rendered(24, 20, points);
  const std::vector<double> found = decoded(maps, 24, 20);
  // The smoothed Gaussian's logarithm is a parabola but for its cut tails.
  for (std::size_t i = 0; i < points.size(); ++i) CHECK(found[i] == doctest::Approx(points[i]).epsilon(0.003));
  const std::vector<double> wide = decoded(rendered(24, 20, points, 1.6), 24, 20, 1.6);
  for (std::size_t i = 0; i < points.size(); ++i) CHECK(wide[i] == doctest::Approx(points[i]).epsilon(0.02));
}

TEST_CASE("heatmap-mse has the sigma of its head") {
  constexpr double kSigma = 1.7;
  const HeadPtr head = make_heatmaps_head({.sigma = kSigma});
  const Shape shape{9, 8, 1};
  const std::vector<double> target = {0.1, -0.2};
  const double visible = 1;
  std::vector<double> pred(shape.size());
  for (int r = 0; r < shape.h; ++r) {
    for (int q = 0; q < shape.w; ++q) {
      const double square = std::pow(q - (0.6 * 8 - 0.5), 2) + std::pow(r - (0.3 * 9 - 0.5), 2);
      pred[static_cast<std::size_t>(r * shape.w + q)] = std::exp(-square / (2 * kSigma * kSigma));
    }
  }
  LossArgs<double> a;
  a.points = 1;
  a.output = shape;
  a.pred = pred.data();
  a.target = target.data();
  a.visible = &visible;
  a.n = 1;
  a.inv_count = 0.5;
  CHECK(make_loss("auto", *head)->run(a) == doctest::Approx(0.0));
  CHECK(make_loss("auto", *make_heatmaps_head())->run(a) > 0.5);
}

TEST_CASE("decoding survives noise, flat maps and points at or beyond the border") {
  Rng rng(6, RandomUse::init);
  double squares = 0;
  constexpr int kTries = 60;
  for (int i = 0; i < kTries; ++i) {
    const std::vector<double> point = {static_cast<double>(rng.uniform(4, 27)),
                                       static_cast<double>(rng.uniform(4, 27))};
    std::vector<float> map = rendered(32, 32, point);
    for (float& v : map) v += 0.03F * rng.normal();
    const std::vector<double> found = decoded(map, 32, 32);
    for (std::size_t j = 0; j < 2; ++j) squares += std::pow((found[j] - point[j]) * 100 / 32, 2);
  }
  // The quarter offset would give 0.46, the highest pixel alone 0.92.
  CHECK(std::sqrt(squares / (2 * kTries)) < 0.12);

  const std::vector<double> beyond = decoded(rendered(16, 16, {-0.4, 15.3, 0.6, 7.0, 14.6, 3.2}), 16, 16);
  CHECK(beyond[0] == doctest::Approx(0.0));
  CHECK(beyond[1] == doctest::Approx(15.0));
  CHECK(beyond[2] == doctest::Approx(0.75));  // a quarter towards the higher neighbour of pixel 1
  CHECK(beyond[4] == doctest::Approx(15.0));
  for (const double p : decoded(std::vector<float>(49, 0.5F), 7, 7)) CHECK(p == doctest::Approx(0.0));
  for (const double p : decoded(std::vector<float>(6, -1.0F), 2, 3)) CHECK(p == doctest::Approx(0.0));
}

TEST_CASE("doubt is the smaller the higher the maximum of a map") {
  const Shape shape{8, 8, 3};
  std::vector<float> maps(shape.size(), 0.0F);
  maps[3 * (8 * 4 + 4) + 0] = 1.0F;
  maps[3 * (8 * 2 + 5) + 1] = 0.5F;
  std::vector<float> fractions(6);
  std::vector<float> doubts(3, -1.0F);
  make_heatmaps_head()->decode(maps.data(), shape, 1, fractions.data(), doubts.data());
  CHECK(doubts[0] == 0.0F);
  CHECK(static_cast<double>(doubts[1]) == doctest::Approx(0.6931).epsilon(1e-3));
  CHECK(static_cast<double>(doubts[2]) == doctest::Approx(4.6052).epsilon(1e-3));
}

TEST_CASE("a map that is not a number gives a point that is not a number") {
  for (const double value : decoded(std::vector<float>(64, std::numeric_limits<float>::quiet_NaN()), 8, 8)) {
    CHECK(std::isnan(value));
  }
}
