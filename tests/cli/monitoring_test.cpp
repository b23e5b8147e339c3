// SPDX-License-Identifier: MIT
// What other programs read: --json-log, --tensorboard, compare.
#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/program.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using nlohmann::json;
using test::contains;
using test::Outcome;
using test::run_program;
using test::run_shell;
using test::TemporaryFolder;

namespace {

const std::string kTrain = "train --data synth:80 --epochs 2 --input-size 32 --batch 8 ";

std::vector<json> events(const std::string& text) {
  std::vector<json> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) all.push_back(json::parse(line));
  return all;
}

std::map<std::string, int> kinds(const std::vector<json>& all) {
  std::map<std::string, int> count;
  for (const json& e : all) ++count[e["event"]];
  return count;
}

}  // namespace

TEST_CASE("--json-log - gives standard output to machines and the lines for people to standard error") {
  const TemporaryFolder folder;
  const Outcome o = run_program(folder, kTrain + "--out run --json-log -");
  REQUIRE_MESSAGE(o.code == 0, o.err);
  const std::vector<json> all = events(o.out);
  auto count = kinds(all);
  CHECK(count["start"] == 1);
  CHECK(count["epoch"] == 2);
  CHECK(count["phase"] + count["step"] > 0);
  CHECK(all.front()["event"] == "start");
  CHECK(all.front()["model"] == "small");
  CHECK(all.back()["event"] == "end");
  CHECK(all.back()["run"] == "run");
  CHECK(all.back()["interrupted"] == false);
  for (const json& e : all) {
    CHECK(e["seconds"].get<double>() >= 0);
    if (e["event"] != "epoch") continue;
    CHECK(e["val_mse100"].get<double>() > 0);
    CHECK(e["fit_mse100"].get<double>() > 0);
    CHECK(e["best"].is_boolean());
  }
  CHECK(contains(o.err, " 2/2 "));
}

TEST_CASE("--json-log FILE is appended to by every start, also of one that fails") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, kTrain + "--out run --json-log log.jsonl --quiet").code == 0);
  CHECK(run_program(folder, "train --data nowhere --json-log log.jsonl").code == 3);
  REQUIRE(run_program(folder, "train --resume run --json-log log.jsonl --quiet").code == 0);
  const std::vector<json> all = events(test::read_text(folder / "log.jsonl"));
  auto count = kinds(all);
  CHECK(count["start"] == 3);
  CHECK(count["end"] == 2);
  CHECK(count["error"] == 1);
  CHECK(all.back()["event"] == "end");
  const Outcome o = run_program(folder, "train --fast --json-log nowhere/log.jsonl");
  CHECK(o.code == 5);
  CHECK(contains(o.err, "nowhere/log.jsonl"));
}

TEST_CASE("--tensorboard writes event files and is part of the configuration") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, kTrain + "--tensorboard --out run --quiet").code == 0);
  CHECK(run_shell(folder, "ls run/events.out.tfevents.*").code == 0);
  CHECK(contains(test::read_text(folder / "run/config.toml"), "tensorboard = true"));
  REQUIRE(run_program(folder, "train --config run/config.toml --out again --quiet").code == 0);
  CHECK(run_shell(folder, "ls again/events.out.tfevents.*").code == 0);
  CHECK(test::read_text(folder / "run/model.safetensors") == test::read_text(folder / "again/model.safetensors"));
}

TEST_CASE("compare: a table, JSON and a page; what is no run is named") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, kTrain + "--out a --quiet").code == 0);
  REQUIRE(run_program(folder, kTrain + "--out b --lr 0.0001 --loss mse --quiet").code == 0);
  const Outcome table = run_program(folder, "compare a b --out both.html");
  REQUIRE_MESSAGE(table.code == 0, table.err);
  for (const char* part : {"mse100", "against the first", "img/s", "loss", "smooth-l1", "1e-04", "both.html"}) {
    CHECK_MESSAGE(contains(table.out, part), part);
  }
  CHECK_FALSE(contains(table.out, "weight-decay"));
  CHECK(contains(test::read_text(folder / "both.html"), "2 runs side by side"));

  const json runs = json::parse(run_program(folder, "compare a b --json").out);
  REQUIRE(runs.size() == 2);
  for (const json& r : runs) {
    CHECK(r["mse100_interval"][0].get<double>() < r["mse100"].get<double>());
    CHECK(r["mse100_interval"][1].get<double>() > r["mse100"].get<double>());
    CHECK(r["val_images"] == 8);
    CHECK(r["epochs"] == 2);
  }
  CHECK(runs[0]["difference"].is_null());
  CHECK(runs[1]["difference"].get<double>() ==
        doctest::Approx(runs[1]["mse100"].get<double>() - runs[0]["mse100"].get<double>()));
  CHECK(runs[1]["option.loss"] == "mse");

  const Outcome none = run_program(folder, "compare a nothing");
  CHECK(none.code == 3);
  CHECK(contains(none.err, "nothing has no config.toml"));
  CHECK(run_program(folder, "compare").code == 2);
  CHECK(run_program(folder, "compare a --out page.txt").code == 2);
}
