// SPDX-License-Identifier: MIT
// Saving: how often, what is kept, and going on from it to the same bits.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <set>

#include "core/file.hpp"
#include "fpcpu/fpcpu.hpp"
#include "options/config.hpp"
#include "support/files.hpp"
#include "support/into.hpp"
#include "support/messages.hpp"
#include "support/quick_training.hpp"
#include "support/stop_after.hpp"
#include "support/temporary_folder.hpp"
#include "train/checkpoint_files.hpp"

using namespace fpcpu;
using test::contains;
using test::content;
using test::into;
using test::message_of;
using test::quick;
namespace fs = std::filesystem;

namespace {

RunOptions resume(const fs::path& run) {
  RunOptions options;
  options.resume = run.string();
  return options;
}

/// Copies the run as a kill after each step would leave it; returns the copies by the state of their checkpoint.
std::map<std::string, fs::path> copies_at_every_step(const TrainOptions& options, const fs::path& run,
                                                     const fs::path& place) {
  std::map<std::string, fs::path> copies;
  TrainCallbacks callbacks;
  int step = 0;
  callbacks.step = [&](const StepProgress&) {
    const fs::path copy = place / ("killed" + std::to_string(++step));
    if (!fs::exists(run / "last.safetensors")) return;
    auto state = load_checkpoint(run / "last.safetensors").state;
    if (copies.contains(state["epoch"] + "." + state["batch"])) return;
    fs::copy(run, copy, fs::copy_options::recursive);
    fs::remove(copy / "lock.1");  // of this process, which lives
    copies[state["epoch"] + "." + state["batch"]] = copy;
  };
  (void)train(options, into(run), callbacks);
  return copies;
}

}  // namespace

TEST_CASE(
    "checkpoint-every: seconds between checkpoints, inside epochs too, or none but after epochs; all go on alike") {
  const test::TemporaryFolder folder;
  (void)train(quick(), into(folder / "whole"));
  const std::string model = content(folder / "whole/model.safetensors");
  // 54 faces make 6 batches.
  const std::map<double, std::set<std::string>> expected = {
      {0, {"1.0", "2.0"}},
      {1e-9,
       {"0.1", "0.2", "0.3", "0.4", "0.5", "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "2.0", "2.1", "2.2", "2.3", "2.4",
        "2.5"}},
      {1e6, {"1.0"}}};
  for (const auto& interval : expected) {
    const double seconds = interval.first;
    const std::set<std::string>& states = interval.second;
    CAPTURE(seconds);
    TrainOptions options = quick();
    options.checkpoint_every = seconds;
    const fs::path place = folder / std::to_string(states.size());
    fs::create_directories(place);
    const auto copies = copies_at_every_step(options, place / "run", place);
    std::set<std::string> found;
    for (const auto& [state, copy] : copies) found.insert(state);
    CHECK(found == states);
    int tried = 0;
    for (const auto& [state, copy] : copies) {
      if (++tried % 6 != 1) continue;
      const std::string when = "epoch.batch " + state;
      CAPTURE(when);
      CHECK(train({}, resume(copy)).epochs == 3);
      CHECK(content(copy / "model.safetensors") == model);
    }
    // The end is always saved.
    CHECK(load_checkpoint(place / "run/last.safetensors").state["epoch"] == "3");
    CHECK(fs::exists(place / "run/previous.safetensors"));
  }
}

TEST_CASE("a damaged last checkpoint gives way to the one before it, which is said; both damaged is an error") {
  const test::TemporaryFolder folder;
  (void)train(quick(), into(folder / "whole"));
  TrainOptions options = quick();
  options.checkpoint_every = 0;
  const fs::path run = folder / "run";
  CHECK(train(options, into(run), test::stop_after(15)).interrupted);
  CHECK(load_checkpoint(run / "last.safetensors").state["batch"] == "3");
  CHECK(load_checkpoint(run / "previous.safetensors").state["epoch"] == "2");
  fs::resize_file(run / "last.safetensors", fs::file_size(run / "last.safetensors") / 2);
  fs::copy(run, folder / "both", fs::copy_options::recursive);
  std::string notice;
  TrainCallbacks callbacks;
  callbacks.notice = [&](const std::string& text) { notice += text; };
  CHECK(train({}, resume(run), callbacks).epochs == 3);
  CHECK(contains(notice, "the last checkpoint cannot be used"));
  CHECK(contains(notice, "damaged.safetensors"));
  CHECK(content(run / "model.safetensors") == content(folder / "whole/model.safetensors"));
  // As a kill between removing one name and giving the other leaves it.
  fs::remove(run / "last.safetensors");
  CHECK(train({}, resume(run)).epochs == 3);

  fs::resize_file(folder / "both/previous.safetensors", 100);
  message_of(ErrorCode::format, [&] { (void)train({}, resume(folder / "both")); });
  CHECK(fs::exists(folder / "both/last.safetensors"));
}

TEST_CASE("a run killed before its first checkpoint begins again, by --out and by --resume, with the same bits") {
  const test::TemporaryFolder folder;
  (void)train(quick(), into(folder / "whole"));
  for (const bool by_out : {true, false}) {
    const fs::path run = folder / (by_out ? "out" : "resume");
    (void)train(quick(), into(run));
    fs::remove(run / "last.safetensors");
    fs::remove(run / "previous.safetensors");
    std::ofstream(run / ".last.safetensors.0123456789abcdef.tmp") << "half";
    std::ofstream(run / "model.safetensors") << "of another epoch";
    const TrainResult r = by_out ? train(quick(), into(run)) : train({}, resume(run));
    CHECK(r.epochs == 3);
    CHECK(content(run / "model.safetensors") == content(folder / "whole/model.safetensors"));
    CHECK(!fs::exists(run / ".last.safetensors.0123456789abcdef.tmp"));
  }
}

TEST_CASE("files of others are not replaced, and a folder that is in use or taken is refused before the data is read") {
  const test::TemporaryFolder folder;
  for (const char* name : {"config.toml", "model.safetensors", "metrics.csv", "report.html", "data.csv"}) {
    const fs::path place = folder / (std::string("with ") + name);
    fs::create_directories(place);
    std::ofstream(place / name) << "mine";
    CHECK(contains(message_of(ErrorCode::usage, [&] { (void)train(quick(), into(place)); }), name));
    CHECK(content(place / name) == "mine");
  }
  const fs::path run = folder / "run";
  (void)train(quick(), into(run));
  TrainOptions nowhere = quick();
  nowhere.data = {"/nowhere"};
  CHECK(contains(message_of(ErrorCode::usage, [&] { (void)train(nowhere, into(run)); }), "already holds a run"));

  const RunFolder held = RunFolder::open(run.string());
  CHECK(contains(message_of(ErrorCode::usage, [&] { (void)train({}, resume(run)); }), "is in use: "));
  std::ofstream(folder / "notes.txt") << "keep";
  (void)train(quick(), into(folder / "beside notes"));
}

TEST_CASE("the lock of a process that is gone is taken over and said; without a sign of life it is after a while") {
  const test::TemporaryFolder folder;
  const fs::path run = folder / "run";
  (void)train(quick(), into(run));
  ProcessMark gone = this_process();
  gone.pid = 999'999'999;
  std::ofstream(run / "lock.1") << to_text(gone);
  CHECK(contains(RunFolder::open(run.string()).finding(), "process 999999999"));
  CHECK(!fs::exists(run / "lock.1"));
  ProcessMark elsewhere = gone;
  elsewhere.host = "far";
  elsewhere.system = "far away";
  std::ofstream(run / "lock.1") << to_text(elsewhere);
  CHECK(contains(message_of(ErrorCode::usage, [&] { (void)RunFolder::open(run.string()); }), "@far, process"));
  fs::last_write_time(run / "lock.1", fs::file_time_type::clock::now() - std::chrono::seconds(100));
  CHECK(contains(RunFolder::open(run.string()).finding(), "@far"));
  CHECK(state_of(this_process()) == ProcessState::runs);
  ProcessMark earlier = this_process();  // a pid that was used before
  earlier.start += "0";
  CHECK(state_of(earlier) == ProcessState::gone);
}

TEST_CASE(
    "more epochs prolong a finished run: the schedule is planned anew, and said; fewer than are done is refused") {
  const test::TemporaryFolder folder;
  const fs::path run = folder / "run";
  TrainOptions options = quick();
  options.patience = 3;
  (void)train(options, into(run));
  RunOptions longer = resume(run);
  longer.changes = {{"epochs", "6"}};
  std::string said;
  std::vector<double> rates;
  TrainCallbacks callbacks;
  callbacks.message = [&](const std::string& text) { said += text + "\n"; };
  callbacks.epoch = [&](const EpochResult& r) { rates.push_back(r.lr); };
  CHECK(train({}, longer, callbacks).epochs == 6);
  CHECK(contains(said, "planned anew after epoch 3: 6 epochs instead of 3"));
  REQUIRE(rates.size() == 3);
  CHECK(rates[0] > rates[2]);
  TrainOptions kept;
  read_config(run / "config.toml", kept);
  CHECK(kept.epochs == 6);
  CHECK(contains(content(run / "config.toml"), "A run from the start with them is another one: planned anew"));
  const std::string rows = content(run / "metrics.csv");
  CHECK(std::count(rows.begin(), rows.end(), '\n') == 7);
  CHECK(train({}, resume(run)).epochs == 6);

  longer.changes = {{"epochs", "5"}};
  CHECK(contains(message_of(ErrorCode::usage, [&] { (void)train({}, longer); }), "--epochs 5"));
  longer.changes = {{"lr", "5"}};
  CHECK(contains(message_of(ErrorCode::usage, [&] { (void)train({}, longer); }), "leave --lr out"));
  longer.changes = {{"time", "1m"}};
  callbacks = test::stop_after(1);
  callbacks.message = [&](const std::string& text) { said += text + "\n"; };
  CHECK(train({}, longer, callbacks).interrupted);
  CHECK(contains(said, "--time 1m: "));
}

TEST_CASE("a run needs room for its checkpoints") {
  CHECK(!describe_lack_of_room("run", 100, 100));
  CHECK(!describe_lack_of_room("run", 100, std::nullopt));
  const auto lack = describe_lack_of_room("run", 50U << 20U, 10U << 20U);
  REQUIRE(lack);
  CHECK(contains(*lack, "10 MB of disk space are free, this run needs 50 MB"));
  const test::TemporaryFolder folder;
  (void)train(quick(), into(folder / "run"));
  const Checkpoint last = load_checkpoint(folder / "run/last.safetensors");
  CHECK(bytes_needed(last) > 3 * fs::file_size(folder / "run/last.safetensors"));
}
