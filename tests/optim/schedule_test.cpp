// SPDX-License-Identifier: MIT
#include "optim/schedule.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "fpcpu/error.hpp"
#include "io/safetensors.hpp"

namespace fpcpu {
namespace {

std::vector<float> golden(const std::string& name) {
  const SafetensorsFile file(FPCPU_SOURCE_DIR "/tests/golden/optimizers.safetensors");
  const SafetensorsFile::Tensor* tensor = file.find("schedule/" + name);
  REQUIRE(tensor != nullptr);
  std::vector<float> values((tensor->end - tensor->begin) / sizeof(float));
  file.copy(*tensor, values);
  return values;
}

void check_against_golden(const ScheduleOptions& options) {
  const Schedule schedule(options);
  const auto expected = golden(options.name);
  for (std::size_t t = 0; t < expected.size(); ++t) {
    CAPTURE(t);
    CHECK(schedule.lr(static_cast<std::int64_t>(t)) == doctest::Approx(static_cast<double>(expected[t])).epsilon(1e-6));
  }
}

TEST_CASE("cosine, one-cycle and multi-step agree with PyTorch") {
  check_against_golden({.name = "cosine", .lr = 0.5, .epochs = 41});
  check_against_golden({.name = "one-cycle", .lr = 0.5, .epochs = 41});
  check_against_golden({.name = "multi-step", .lr = 0.5, .epochs = 12, .milestones = {6, 9}});
}

TEST_CASE("plateau agrees with PyTorch") {
  Schedule schedule({.name = "plateau", .lr = 0.5, .epochs = 100, .patience = 2, .threshold = 1e-3});
  const auto errors = golden("plateau_errors");
  const auto expected = golden("plateau");
  for (std::size_t i = 0; i < errors.size(); ++i) {
    CAPTURE(i);
    schedule.observe(static_cast<double>(errors[i]));
    CHECK(schedule.lr(static_cast<std::int64_t>(i)) == doctest::Approx(static_cast<double>(expected[i])).epsilon(1e-6));
  }
}

TEST_CASE("plateau resumes exactly, and an error that is not a number counts as bad") {
  const ScheduleOptions options{.name = "plateau", .lr = 1, .epochs = 100, .patience = 1};
  Schedule whole(options);
  for (const double error : {3.0, 1.0 / 3.0, 5.0}) whole.observe(error);
  std::map<std::string, std::string> state;
  whole.save(state);
  Schedule resumed(options);
  resumed.load(state);
  for (Schedule* s : {&whole, &resumed}) s->observe(std::nan(""));
  CHECK(whole.lr(0) == doctest::Approx(0.1));
  CHECK(resumed.lr(0) == whole.lr(0));
  std::map<std::string, std::string> after_whole;
  std::map<std::string, std::string> after_resumed;
  whole.save(after_whole);
  resumed.save(after_resumed);
  CHECK(after_whole == after_resumed);
  state["schedule.best"] = "soon";
  CHECK_THROWS_AS(resumed.load(state), Error);
}

TEST_CASE("a fresh plateau can be saved: its best error is infinite") {
  const Schedule schedule({.name = "plateau"});
  std::map<std::string, std::string> state;
  schedule.save(state);
  Schedule resumed({.name = "plateau"});
  CHECK_NOTHROW(resumed.load(state));
}

TEST_CASE("step drops and exponential falls") {
  const Schedule step({.name = "step", .lr = 1, .epochs = 9, .steps_per_epoch = 2});
  CHECK(step.lr(5) == doctest::Approx(1.0));  // a third of nine epochs is six steps
  CHECK(step.lr(6) == doctest::Approx(0.1));
  CHECK(step.lr(17) == doctest::Approx(0.01));
  const Schedule often({.name = "step", .lr = 1, .epochs = 9, .gamma = 0.5, .drop_every = 2});
  CHECK(often.lr(3) == doctest::Approx(0.5));
  const Schedule exponential({.name = "exponential", .lr = 1, .epochs = 5});
  CHECK(exponential.lr(0) == doctest::Approx(1.0));
  CHECK(exponential.lr(2) == doctest::Approx(0.1));
  CHECK(exponential.lr(4) == doctest::Approx(0.01));
  const Schedule rising({.name = "exponential", .lr = 1e-3, .epochs = 5, .final_ratio = 100});
  CHECK(rising.lr(0) == doctest::Approx(1e-3));
  CHECK(rising.lr(2) == doctest::Approx(1e-2));
  CHECK(rising.lr(4) == doctest::Approx(0.1));
}

TEST_CASE("every schedule rises linearly in its warm-up and is defined beyond its end") {
  for (const std::string_view name : schedule_names()) {
    CAPTURE(std::string(name));
    // The cycle begins at a 25th of the highest rate, so that is where its warm-up ends.
    const double top = name == "one-cycle" ? 2.0 / 25 : 2.0;
    const Schedule schedule({.name = std::string(name), .lr = 2, .epochs = 10, .steps_per_epoch = 4, .warmup = 2});
    for (int t = 0; t < 8; ++t) CHECK(schedule.lr(t) == doctest::Approx(top * (t + 1) / 8));
    if (name != "one-cycle") CHECK(schedule.lr(8) == doctest::Approx(2.0));
    CHECK(schedule.lr(39) <= 2.0);
    CHECK(schedule.lr(40) == schedule.lr(39));
    CHECK(schedule.lr(39) > 0);
  }
  const Schedule short_run({.lr = 1, .epochs = 1, .steps_per_epoch = 1, .warmup = 5});
  CHECK(short_run.lr(0) == doctest::Approx(1.0));
}

TEST_CASE("names and ranges") {
  CHECK_THROWS_WITH_AS(Schedule({.name = "cosin"}), "unknown schedule 'cosin'. Did you mean 'cosine'?", Error);
  CHECK_THROWS_AS(Schedule({.lr = 0}), Error);
  CHECK_THROWS_AS(Schedule({.epochs = 0}), Error);
  CHECK_THROWS_AS(Schedule({.gamma = 1.5}), Error);
  CHECK_THROWS_AS(Schedule({.name = "cosine", .final_ratio = 2}), Error);
}

}  // namespace
}  // namespace fpcpu
