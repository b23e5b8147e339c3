// SPDX-License-Identifier: MIT
// The learning-rate range test.
#include <doctest/doctest.h>

#include <cmath>

#include "fpcpu/search.hpp"
#include "report/html_text.hpp"
#include "report/line_chart.hpp"
#include "search/lr_curve.hpp"
#include "support/messages.hpp"
#include "support/quick_training.hpp"
#include "support/stop_after.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;

namespace {

constexpr int kSteps = 120;

/// Rates from 1e-6 to 1; the loss is 4 far below, falls steepest at 1e-3, is lowest at 1e-2 and then explodes.
LrFindResult made_up(double noise) {
  LrFindResult r;
  for (int i = 0; i < kSteps; ++i) {
    const double decade = -6 + 6.0 * i / (kSteps - 1);
    const double loss =
        4 - 2 / (1 + std::exp(-4 * (decade + 3))) + 0.3 * std::exp(4 * (decade + 1.5)) + (i % 2 == 0 ? noise : -noise);
    r.curve.push_back({std::pow(10, decade), loss, 0});
  }
  return r;
}

const TrainOptions kTraining = test::quick({.data = "synth:40:3"});

}  // namespace

TEST_CASE("the reading of a curve: lowest, steepest, half the lowest; noise does not move it") {
  for (const double noise : {0.0, 0.4}) {
    LrFindResult r = made_up(noise);
    smooth(r.curve, kSteps);
    read_off(r);
    CAPTURE(noise);
    CHECK(std::abs(std::log10(r.lowest) + 1.95) < 0.25);
    CHECK(std::abs(std::log10(r.steepest) + 3) < 0.25);
    CHECK(r.suggestion == doctest::Approx(r.lowest / 2));
  }
}

TEST_CASE("a fall by less than a tenth is noise and gives no suggestion") {
  for (const double fall : {0.04, 0.08, 0.12, 0.5}) {
    LrFindResult r;
    for (int i = 0; i < 60; ++i) {
      const double loss = 1 - fall * (i < 40 ? i / 40.0 : (60 - i) / 20.0);
      r.curve.push_back({1e-5 * std::pow(1.2, i), loss, loss});
    }
    read_off(r);
    CHECK(std::isnan(r.suggestion) == (fall < 0.1));
  }
}

TEST_CASE("a curve that does not fall gives no suggestion") {
  LrFindResult r = made_up(0);
  for (LrPoint& p : r.curve) p.loss = 1 + p.lr;
  smooth(r.curve, kSteps);
  read_off(r);
  CHECK(std::isnan(r.suggestion));
  CHECK(contains(lr_curve_svg(r), "<path"));
  CHECK_FALSE(contains(lr_curve_svg(r), "suggested"));
}

TEST_CASE("picture and table of the curve") {
  LrFindResult r = made_up(0);
  smooth(r.curve, kSteps);
  read_off(r);
  const std::string svg = lr_curve_svg(r);
  CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  CHECK(svg.ends_with("</svg>\n"));
  CHECK(contains(svg, std::string("suggested ").append(html::number(r.suggestion, 2))));
  // The axis is logarithmic: a decade takes the same way everywhere.
  const auto tick = [&](const std::string& label) {
    const std::size_t end = svg.find(">" + label + "</text>");
    REQUIRE_MESSAGE(end != std::string::npos, label);
    const std::size_t start = svg.rfind("<text x=\"", end);
    return std::stod(svg.substr(start + 9));
  };
  CHECK(tick("0.01") - tick("0.001") == doctest::Approx(tick("1e-05") - tick("1e-06")).epsilon(0.01));
  const std::string csv = lr_curve_csv(r);
  CHECK(csv.starts_with("lr,loss,smoothed\n1e-06,"));
  CHECK(std::count(csv.begin(), csv.end(), '\n') == kSteps + 1);
}

TEST_CASE("the rate rises by the same factor from step to step, and the same seed gives the same curve") {
  LrFindOptions find;
  find.from = 1e-5;
  find.to = 1e-2;
  find.steps = 16;
  int steps = 0;
  TrainCallbacks callbacks;
  callbacks.step = [&](const StepProgress& p) {
    CHECK(p.batch == ++steps);
    CHECK(p.batches == 16);
  };
  RunOptions one;
  one.threads = 1;
  const LrFindResult r = find_lr(kTraining, find, one, callbacks);
  CHECK(steps == 16);
  CHECK(!r.diverged);
  REQUIRE(r.curve.size() == 16);
  CHECK(r.curve.front().lr == doctest::Approx(1e-5));
  CHECK(r.curve.back().lr == doctest::Approx(1e-2));
  CHECK(r.curve[8].lr / r.curve[7].lr == doctest::Approx(std::pow(1e3, 1.0 / 15)));
  RunOptions two;
  two.threads = 2;
  const LrFindResult again = find_lr(kTraining, find, two);
  for (std::size_t i = 0; i < r.curve.size(); ++i) CHECK(again.curve[i].loss == r.curve[i].loss);
}

TEST_CASE("a rate that is too high ends the test; what was finite is kept") {
  TrainOptions options = kTraining;
  options.optimizer = "sgd";
  options.loss = "mse";
  options.augment = "none";
  LrFindOptions find;
  find.to = 1000;
  find.steps = 60;
  const LrFindResult r = find_lr(options, find);
  CHECK(r.diverged);
  CHECK(r.curve.size() < 60);
  CHECK(r.curve.size() > 10);
  for (const LrPoint& p : r.curve) CHECK(std::isfinite(p.loss));
}

TEST_CASE("it stops when asked to, and refuses a range that is none") {
  const TrainCallbacks callbacks = test::stop_after(3);
  const LrFindResult r = find_lr(kTraining, {}, {}, callbacks);
  CHECK(r.interrupted);
  CHECK(r.curve.size() == 3);
  message_of(ErrorCode::usage, [] { (void)find_lr(kTraining, {.from = 1, .to = 0.1}); });
  message_of(ErrorCode::usage, [] { (void)find_lr(kTraining, {.from = 0}); });
  message_of(ErrorCode::usage, [] { (void)find_lr(kTraining, {.steps = 3}); });
}
