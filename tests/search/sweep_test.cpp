// SPDX-License-Identifier: MIT
// Sweeps: every training once, by one process or several, stopped or not; a ranking.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <thread>

#include "fpcpu/search.hpp"
#include "io/checkpoint.hpp"
#include "search/complete_run.hpp"
#include "search/mean_spread.hpp"
#include "support/files.hpp"
#include "support/messages.hpp"
#include "support/quick_training.hpp"
#include "support/stop_after.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::contains;
using test::content;
using test::message_of;

namespace {

const std::string kBase =
    "data = ['synth:24']\ninput_size = 32\nbatch = 8\nepochs = 1\nwarmup = 0\nema = 0\naugment = 'none'\n";

SweepOptions options_for(const test::TemporaryFolder& folder, const std::string& text, const std::string& out) {
  std::ofstream(folder / "s.toml") << text;
  SweepOptions options;
  options.file = (folder / "s.toml").string();
  options.out = (folder / out).string();
  options.threads = 1;
  return options;
}

}  // namespace

TEST_CASE("a sweep trains every setting with every seed and ranks them by the mean over the seeds") {
  const test::TemporaryFolder folder;
  const SweepOptions options = options_for(folder, kBase + "[sweep]\nlr = [0.1, 1e-7]\nseeds = [1, 2]\n", "out");
  std::vector<std::string> trained;
  SearchCallbacks callbacks;
  callbacks.begin = [&](const std::string& label, std::size_t finished, std::size_t all) {
    CHECK(finished == trained.size());
    CHECK(all == 4);
    trained.push_back(label);
  };
  const SweepResult r = sweep(options, callbacks);
  CHECK(trained == list_sweep(options.file));
  REQUIRE(r.ranking.size() == 2);
  const RankedSetting& best = r.ranking.front();
  CHECK(best.name == "lr=1e-07");
  REQUIRE(best.runs.size() == 2);
  std::vector<double> errors;
  for (const std::string& run : best.runs) {
    for (const char* name : {"model.safetensors", "report.html", "config.toml"}) {
      CHECK(std::filesystem::exists(std::filesystem::path(run) / name));
    }
    errors.push_back(load_outcome(run)->val_mse100);
  }
  CHECK(best.mse100.mean == doctest::Approx(mean_spread(errors).mean));
  CHECK(best.mse100.spread == doctest::Approx(mean_spread(errors).spread));
  CHECK(best.mse100.mean < r.ranking.back().mse100.mean);
  const std::string csv = content(folder / "out/ranking.csv");
  CHECK(
      csv.starts_with("rank,name,lr,runs,failed,mse100_mean,mse100_spread,nme_mean,nme_spread,nme_by,seconds_mean\n"));
  CHECK(contains(csv, "\n1,lr=1e-07,1e-07,2,0,"));
  CHECK(best.nme_by == "inter-ocular");
  CHECK(contains(csv, ",inter-ocular,"));
  CHECK(contains(csv, "\n2,lr=0.1,0.1,2,0,"));
  CHECK(std::filesystem::is_empty(folder / "out/claims"));
}

TEST_CASE("stopped and called again, a sweep goes on: the same ranking, nothing trained twice") {
  const test::TemporaryFolder folder;
  const std::string text = kBase + "[sweep]\nbatch = [4, 8]\n";
  const SweepOptions whole = options_for(folder, text, "whole");
  const SweepResult expected = sweep(whole);
  for (const int steps : {2, 6}) {
    const SweepOptions options = options_for(folder, text, "stopped" + std::to_string(steps));
    SearchCallbacks stopping;
    stopping.train = test::stop_after(steps);
    CHECK(sweep(options, stopping).interrupted);
    SearchCallbacks counting;
    int epochs = 0;
    counting.train.epoch = [&](const EpochResult&) { ++epochs; };
    const SweepResult r = sweep(options, counting);
    CHECK(!r.interrupted);
    REQUIRE(r.ranking.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(r.ranking[i].name == expected.ranking[i].name);
      CHECK(r.ranking[i].mse100.mean == expected.ranking[i].mse100.mean);
    }
    epochs = 0;
    (void)sweep(options, counting);
    CHECK(epochs == 0);
  }
}

TEST_CASE("several sweeps on one folder share the trainings and all see the whole ranking") {
  const test::TemporaryFolder folder;
  const SweepOptions options =
      options_for(folder, kBase + "[sweep]\nloss = ['mse', 'l1', 'wing']\nseeds = [1, 2]\n", "out");
  std::mutex mutex;
  std::vector<std::string> trained;
  std::vector<std::size_t> ranked(3);
  std::vector<std::thread> processes;
  for (std::size_t p = 0; p < ranked.size(); ++p) {
    processes.emplace_back([&, p] {
      SearchCallbacks callbacks;
      callbacks.begin = [&](const std::string& label, std::size_t, std::size_t) {
        const std::lock_guard lock(mutex);
        trained.push_back(label);
      };
      for (const RankedSetting& s : sweep(options, callbacks).ranking) ranked[p] += s.runs.size();
    });
  }
  for (std::thread& p : processes) p.join();
  std::sort(trained.begin(), trained.end());
  std::vector<std::string> all = list_sweep(options.file);
  std::sort(all.begin(), all.end());
  CHECK(trained == all);
  CHECK(ranked == std::vector<std::size_t>{6, 6, 6});
}

TEST_CASE("a training that another process was killed in is taken over when its claim is stale") {
  const test::TemporaryFolder folder;
  SweepOptions options = options_for(folder, kBase + "[sweep]\nbatch = [4]\n", "out");
  options.stale_seconds = 0.6;
  const std::string name = list_sweep(options.file).front();
  // What the killed process left: its claim, and a run folder without anything to resume from.
  std::filesystem::create_directories(folder / "out/claims");
  std::filesystem::create_directories(folder / "out" / name);
  std::ofstream(folder / "out/claims" / (name + ".1")).close();
  std::ofstream(folder / "out" / name / "model.safetensors") << "half";
  std::ofstream(folder / "out" / name / "log.txt") << "begun";
  SearchCallbacks callbacks;
  std::size_t waited = 0;
  callbacks.waiting = [&](std::size_t runs) { waited += runs; };
  const SweepResult r = sweep(options, callbacks);
  CHECK(waited >= 1);
  REQUIRE(r.ranking.size() == 1);
  CHECK(r.ranking[0].runs.size() == 1);
}

TEST_CASE("a training whose time is used up goes on to its planned end before it is ranked") {
  const test::TemporaryFolder folder;
  const auto run = folder / "run";
  const TrainOptions options = test::quick({.data = "synth:24"});
  CHECK(!complete_run(run, nullptr, options, {}, test::stop_after(2), OnNumericFailure::raise));
  Checkpoint last = load_checkpoint(run / "last.safetensors");
  last.state["budget"] = "900";
  last.state["seconds"] = "1000";
  save_checkpoint(run / "last.safetensors", last);

  std::string said;
  TrainCallbacks callbacks;
  callbacks.notice = [&](const std::string& text) { said += text; };
  const auto outcome = complete_run(run, nullptr, options, {}, callbacks, OnNumericFailure::raise);
  REQUIRE(outcome);
  CHECK(contains(said, "the time is used up"));
  const std::string rows = content(run / "metrics.csv");
  CHECK(std::count(rows.begin(), rows.end(), '\n') == 4);
  CHECK(load_checkpoint(run / "last.safetensors").facts["epoch"] == "3");
}

TEST_CASE("a training whose loss explodes is noted, comes last and is not tried again") {
  const test::TemporaryFolder folder;
  const SweepOptions options = options_for(
      folder, kBase + "optimizer = 'sgd'\nloss = 'mse'\nschedule = 'constant'\n[sweep]\nlr = [1000, 1e-5]\n", "out");
  SearchCallbacks callbacks;
  int begun = 0;
  callbacks.begin = [&](const std::string&, std::size_t, std::size_t) { ++begun; };
  (void)sweep(options);
  const SweepResult r = sweep(options, callbacks);
  CHECK(begun == 0);
  REQUIRE(r.ranking.size() == 2);
  CHECK(r.ranking[0].name == "lr=1e-05");
  CHECK(r.ranking[1].name == "lr=1000");
  REQUIRE(r.ranking[1].failures.size() == 1);
  CHECK(contains(r.ranking[1].failures[0], "not finite"));
  CHECK(contains(content(folder / "out/ranking.csv"), "\n2,lr=1000,1000,0,1,,,,,,"));
}

TEST_CASE("a folder takes one sweep; a comment more makes no other") {
  const test::TemporaryFolder folder;
  const std::string text = kBase + "[sweep]\nbatch = [4]\n";
  SearchCallbacks at_once;
  at_once.train.stop = [] { return true; };
  CHECK(sweep(options_for(folder, text, "out"), at_once).interrupted);
  CHECK(sweep(options_for(folder, "# why\n" + text, "out"), at_once).interrupted);
  const SweepOptions other = options_for(folder, kBase + "[sweep]\nbatch = [5]\n", "out");
  CHECK(contains(message_of(ErrorCode::usage, [&] { (void)sweep(other, at_once); }), "another sweep"));
}
