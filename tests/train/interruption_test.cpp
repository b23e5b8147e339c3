// SPDX-License-Identifier: MIT
// A training can be stopped wherever it is, and resumed to the same bits.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "fpcpu/fpcpu.hpp"
#include "support/files.hpp"
#include "support/into.hpp"
#include "support/quick_training.hpp"
#include "support/stop_after.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::content;
using test::into;
using test::quick;
using test::stop_after;

namespace {

RunOptions resumed(const std::filesystem::path& run) {
  RunOptions resume;
  resume.resume = run.string();
  resume.threads = 1;
  return resume;
}

}  // namespace

TEST_CASE("stopped anywhere and resumed equals never stopped") {
  const test::TemporaryFolder folder;
  for (const std::string schedule : {"cosine", "plateau"}) {
    TrainOptions options = quick();
    options.schedule = schedule;
    options.augment_ranges["calm"] = 0.4F;  // the last of three epochs
    const auto whole = folder / ("whole-" + schedule);
    (void)train(options, into(whole));
    // 54 faces make 6 batches: after 6 and 12 the epoch is not judged yet.
    for (const int steps : {1, 4, 6, 9, 12}) {
      INFO(schedule << ", stopped after step " << steps);
      const auto run = folder / ("stopped-" + schedule + std::to_string(steps));
      const TrainResult first = train(options, into(run), stop_after(steps));
      CHECK(first.interrupted);
      CHECK(std::filesystem::exists(run / "model.safetensors"));
      RunOptions resume;
      resume.resume = run.string();
      resume.threads = 1;
      const TrainResult second = train({}, resume);
      CHECK(!second.interrupted);
      CHECK(second.epochs == 3);
      CHECK(content(run / "model.safetensors") == content(whole / "model.safetensors"));
    }
  }
}

TEST_CASE("wherever the wish to stop is heard, nothing half done is left and the run can be finished") {
  const test::TemporaryFolder folder;
  TrainOptions options = quick();
  options.data = {"synth:24:3"};
  options.epochs = 2;
  int asked = 0;
  TrainCallbacks callbacks;
  callbacks.stop = [&] { return ++asked < 0; };
  (void)train(options, into(folder / "whole", 1), callbacks);
  const int all = asked;
  REQUIRE(all > 40);
  const std::string model = content(folder / "whole" / "model.safetensors");
  for (int n = 1; n <= all; n += 4) {
    CAPTURE(n);
    const auto run = folder / ("stopped" + std::to_string(n));
    asked = 0;
    callbacks.stop = [&] { return ++asked >= n; };
    const TrainResult first = train(options, into(run, 1), callbacks);
    CHECK(first.interrupted);
    CHECK(asked == n);  // granted once, it is no longer asked for
    CHECK(first.run.empty() != std::filesystem::exists(run));
    const bool can_resume = std::filesystem::exists(run / "last.safetensors");
    CHECK(!(can_resume ? train({}, resumed(run)) : train(options, into(run, 1))).interrupted);
    CHECK(content(run / "model.safetensors") == model);
  }
}

TEST_CASE("a run that is stopped while its result is judged ends as one that was interrupted") {
  const test::TemporaryFolder folder;
  TrainOptions options = quick();
  options.schedule = "constant";
  options.warmup = options.ema = 0;
  options.lr = 3;
  bool judging = false;
  TrainCallbacks callbacks;
  callbacks.phase = [&](const PhaseProgress& phase) { judging |= phase.what == "evaluating the untrained network"; };
  callbacks.stop = [&] { return judging; };
  const TrainResult r = train(options, into(folder / "run"), callbacks);
  REQUIRE(judging);
  CHECK(r.interrupted);
  CHECK(r.finding.empty());
  CHECK(std::filesystem::exists(r.model));
  CHECK(!train({}, resumed(folder / "run")).finding.empty());
}

TEST_CASE("an early stop stays one when it is resumed") {
  TrainOptions options = quick();
  options.epochs = 40;
  options.patience = 1;
  options.lr = 1e-9;  // nothing improves for long
  options.ema = 0;
  const test::TemporaryFolder folder;
  const TrainResult first = train(options, into(folder / "run"));
  REQUIRE(first.epochs < 40);
  const std::string model = content(folder / "run" / "model.safetensors");
  RunOptions resume;
  resume.resume = (folder / "run").string();
  const TrainResult second = train({}, resume);
  CHECK(second.epochs == first.epochs);
  CHECK(second.val_mse100 == doctest::Approx(first.val_mse100));
  CHECK(content(folder / "run" / "model.safetensors") == model);
}

TEST_CASE("a run interrupted in its first epoch claims no validation error") {
  const test::TemporaryFolder folder;
  (void)train(quick(), into(folder / "run"), stop_after(2));
  const Predictor predictor((folder / "run" / "model.safetensors").string());
  CHECK(predictor.facts().count("val_mse100") == 0);
}
