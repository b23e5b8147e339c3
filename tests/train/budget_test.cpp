// SPDX-License-Identifier: MIT
#include "train/budget.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "fpcpu/trainer.hpp"
#include "io/checkpoint.hpp"
#include "options/config.hpp"
#include "support/files.hpp"
#include "support/into.hpp"
#include "support/messages.hpp"
#include "support/quick_training.hpp"
#include "support/temporary_folder.hpp"
#include "train/automatic.hpp"
#include "train/clock.hpp"

using namespace fpcpu;
using test::content;
using test::into;

namespace {

TrainOptions options_in(const std::filesystem::path& run) {
  TrainOptions options;
  read_config(run / "config.toml", options);
  return options;
}

/// What --auto makes of some data; the lines it says are kept.
struct Automatic {
  Automatic(TrainOptions o, std::size_t faces, double budget, int size = 0) : options(std::move(o)), pool(2) {
    options.automatic = true;
    TrainingData data;
    data.train = open_dataset("synth:" + std::to_string(faces));
    if (size > 0) data.train = std::make_shared<Resized>(data.train, size);
    choose_options(options, data, budget, kernels::choose_table(), pool,
                   [&](const std::string& text) { said += text + "\n"; });
  }
  /// Faces that claim another size; --auto decodes none.
  class Resized final : public Dataset {
   public:
    Resized(DatasetPtr base, int size) : base_(std::move(base)), size_(size) {}
    std::size_t size() const noexcept override { return base_->size(); }
    int points() const noexcept override { return base_->points(); }
    const std::string& name(std::size_t i) const override { return base_->name(i); }
    int width(std::size_t) const override { return size_; }
    int height(std::size_t) const override { return size_ / 2; }
    const Landmarks& landmarks(std::size_t i) const override { return base_->landmarks(i); }
    Image image(std::size_t i) const override { return base_->image(i); }

   private:
    DatasetPtr base_;
    int size_;
  };
  TrainOptions options;
  ThreadPool pool;
  std::string said;
};

TrainOptions all_open() {
  TrainOptions options;
  options.batch = options.epochs = 0;
  options.input_size = 0;
  options.lr = 0;
  return options;
}

}  // namespace

TEST_CASE("epochs are what the seconds hold beside cold start and judging, and never none") {
  const RunSpeed speed{.step = 0.1, .cold = 2, .judge = 1};
  CHECK(epochs_within(3 + 11 * 5, speed, 100) == 5);
  CHECK(epochs_within(3 + 11 * 5 - 0.1, speed, 100) == 4);
  CHECK(epochs_within(1, speed, 100) == 1);
  CHECK(epochs_within(-5, speed, 100) == 1);
}

TEST_CASE("a run with a time ends near it, and its config.toml gives the same bytes") {
  const test::TemporaryFolder folder;
  const Clock clock;
  const TrainResult timed = train(test::quick({.time = "2s"}), into(folder / "run"));
  const double seconds = clock.seconds();
  MESSAGE("2 s became ", seconds);
  CHECK(seconds < 4);
  CHECK(seconds > 0.5);
  const TrainOptions fixed = options_in(folder / "run");
  CHECK(fixed.time.empty());
  CHECK(fixed.epochs >= 1);
  CHECK(test::contains(content(folder / "run/config.toml"), "# --time 2s: " + std::to_string(fixed.epochs)));
  CHECK(test::contains(content(folder / "run/log.txt"), "--time 2s: "));

  // On a machine that became slower meanwhile, the rest of the epochs comes without a limit.
  const bool whole = timed.epochs == fixed.epochs;
  CHECK(load_checkpoint(folder / "run/last.safetensors").state["budget"] == (whole ? "2" : "0"));
  RunOptions resume;
  resume.resume = (folder / "run").string();
  if (!whole) (void)train({}, resume);
  (void)train(fixed, into(folder / "again"));
  CHECK(content(folder / "again/model.safetensors") == content(folder / "run/model.safetensors"));
}

TEST_CASE("a run whose time is used up stops and says so, resumed or not; then it runs to its planned end") {
  const test::TemporaryFolder folder;
  TrainCallbacks callbacks;
  std::string notice;
  int steps = 0;
  callbacks.notice = [&](const std::string& text) { notice += text; };
  callbacks.stop = [&] { return steps >= 3; };
  callbacks.step = [&](const StepProgress&) { ++steps; };
  const TrainOptions options = test::quick();
  REQUIRE(train(options, into(folder / "run"), callbacks).interrupted);
  CHECK(notice.empty());
  Checkpoint last = load_checkpoint(folder / "run/last.safetensors");
  CHECK(last.state["budget"] == "0");
  const double used = std::stod(last.state["setup_seconds"]) + std::stod(last.state["seconds"]);
  CHECK(used > 0.01);
  last.state["budget"] = "900";
  last.state["seconds"] = "1000";
  save_checkpoint(folder / "run/last.safetensors", last);

  const TrainOptions fixed = options_in(folder / "run");
  callbacks.stop = nullptr;
  RunOptions resume;
  resume.resume = (folder / "run").string();
  const TrainResult stopped = train({}, resume, callbacks);
  CHECK(!stopped.interrupted);
  CHECK(stopped.epochs == 0);
  CHECK(test::contains(notice, "used up after 0 of " + std::to_string(fixed.epochs)));
  CHECK(load_checkpoint(folder / "run/last.safetensors").state["batch"] == "4");

  notice.clear();
  CHECK(train({}, resume, callbacks).epochs == fixed.epochs);
  CHECK(!test::contains(notice, "used up"));
  (void)train(fixed, into(folder / "whole"));
  CHECK(content(folder / "run/model.safetensors") == content(folder / "whole/model.safetensors"));
}

TEST_CASE("--auto chooses by the number and size of the faces and the time, and says why") {
  const Automatic few(all_open(), 60, 0);
  CHECK(few.options.batch == 16);
  CHECK(few.options.epochs == 400);
  CHECK(few.options.lr == doctest::Approx(2e-3 * std::sqrt(0.5)));
  CHECK(few.options.input_size == 96);
  CHECK(std::count(few.said.begin(), few.said.end(), '\n') == 4);
  CHECK(test::contains(few.said, "auto: batch 16: 3 steps an epoch with 60 faces"));

  const Automatic many(all_open(), 20000, 0, 72);
  CHECK(many.options.batch == 64);
  CHECK(many.options.epochs == 10);
  CHECK(many.options.input_size == 72);
  CHECK(test::contains(many.said, "72 px"));

  const Automatic hurried(all_open(), 20000, 1);
  CHECK(hurried.options.input_size == 64);
  CHECK(hurried.options.epochs == 0);  // the budget fixes it
  CHECK(test::contains(hurried.said, "epochs only"));

  TrainOptions given = all_open();
  given.batch = 4;
  given.lr = 0.5;
  given.input_size = 32;
  given.epochs = 7;
  const Automatic none(given, 60, 0);
  CHECK(none.options.batch == 4);
  CHECK(none.options.lr == 0.5);
  CHECK(none.options.input_size == 32);
  CHECK(none.options.epochs == 7);
  CHECK(none.said.empty());
}

TEST_CASE("what --auto chose is in config.toml and repeats the run") {
  const test::TemporaryFolder folder;
  TrainOptions options = all_open();
  options.data = {"synth:40:3"};
  options.input_size = 32;
  options.epochs = 2;
  options.automatic = true;
  (void)train(options, into(folder / "run"));
  const TrainOptions fixed = options_in(folder / "run");
  CHECK(fixed.batch == 16);
  CHECK(fixed.lr > 0);
  (void)train(fixed, into(folder / "again"));
  CHECK(content(folder / "again/model.safetensors") == content(folder / "run/model.safetensors"));
}

TEST_CASE("a time or open choices that make no sense are refused before anything is written") {
  const test::TemporaryFolder folder;
  TrainOptions options = test::quick({.time = "soon"});
  test::message_of(ErrorCode::usage, [&] { (void)train(options, into(folder / "run")); });
  options = all_open();
  CHECK(test::contains(test::message_of(ErrorCode::usage, [&] { (void)train(options, into(folder / "run")); }),
                       "--auto"));
  options = test::quick({.time = "10s"});
  RunOptions fast;
  fast.fast = true;
  CHECK(test::contains(test::message_of(ErrorCode::usage, [&] { (void)train(options, fast); }), "--time"));
  CHECK(!std::filesystem::exists(folder / "run"));
}
