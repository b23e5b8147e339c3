// SPDX-License-Identifier: MIT
// What a sweep file asks for, and what is wrong with it.
#include "search/sweep_file.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <set>

#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;

namespace {

SweepPlan read(const std::string& text) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "s.toml") << text;
  return read_sweep_file(folder / "s.toml");
}

std::string usage_error(const std::string& text) {
  return message_of(ErrorCode::usage, [&] { (void)read(text); });
}

const std::string kData = "data = ['synth:40']\ninput_size = 32\n";  // two lines

}  // namespace

TEST_CASE("lists are combined, the first varying slowest, and each setting is trained with every seed") {
  const SweepPlan plan =
      read(kData + "epochs = 7\n[sweep]\nlr = [1e-3, 2]\nloss = ['mse', 'wing', 'l1']\nseeds = [4, 9]\n");
  REQUIRE(plan.settings.size() == 6);
  REQUIRE(plan.runs.size() == 12);
  CHECK(plan.settings[1].name == "lr=0.001 loss=wing");
  CHECK(plan.settings[5].values == std::vector<std::pair<std::string, std::string>>{{"lr", "2"}, {"loss", "l1"}});
  const SweepRun& run = plan.runs[7];
  CHECK(run.setting == 3);
  CHECK(run.name == "004-lr=2_loss=mse-seed9");
  CHECK(run.options.lr == 2);
  CHECK(run.options.loss == "mse");
  CHECK(run.options.epochs == 7);
  CHECK(run.options.seed == 9);
}

TEST_CASE("without seeds the seed of the base is used; a list of lists for the option that is a list") {
  const SweepPlan plan = read("seed = 5\n[sweep]\ndata = [['synth:20', 'synth:30:2'], ['synth:25']]\n");
  REQUIRE(plan.runs.size() == 2);
  CHECK(plan.runs[0].options.data == std::vector<std::string>{"synth:20", "synth:30:2"});
  CHECK(plan.runs[1].options.data == std::vector<std::string>{"synth:25"});
  CHECK(plan.runs[1].options.seed == 5);
  CHECK(read("[sweep]\ndata = ['synth:20', 'synth:30']\n").runs[1].options.data ==
        std::vector<std::string>{"synth:30"});
}

TEST_CASE("a name that would steer the terminal is refused") {
  CHECK(contains(usage_error(kData + "[[sweep.variant]]\nname = \"a\\u001b[2J\"\nlr = 1\n"), "has control characters"));
}

TEST_CASE("draws stay in their ranges, fill them, differ from each other and depend on the seed only") {
  const std::string text = kData +
                           "[sweep]\ncount = 200\nseed = 3\nlr = {from = 1e-5, to = 1e-1, log = true}\n"
                           "batch = {from = 4, to = 6}\nloss = ['mse', 'wing']\nema = {from = 0.0, to = 0.5}\n";
  const SweepPlan plan = read(text);
  REQUIRE(plan.settings.size() == 200);
  std::set<std::string> names;
  int below = 0;
  std::set<int> batches;
  for (const SweepRun& run : plan.runs) {
    names.insert(plan.settings[run.setting].name);
    CHECK(run.options.lr >= 1e-5);
    CHECK(run.options.lr <= 1e-1);
    CHECK(run.options.ema <= 0.5);
    if (run.options.lr < 1e-3) ++below;
    batches.insert(run.options.batch);
  }
  CHECK(names.size() == 200);
  CHECK(batches == std::set<int>{4, 5, 6});
  CHECK(below > 70);
  CHECK(below < 130);
  const SweepPlan again = read(text);
  for (std::size_t i = 0; i < 200; ++i) CHECK(again.runs[i].name == plan.runs[i].name);
  std::string other = text;
  other.replace(other.find("seed = 3"), 8, "seed = 4");
  CHECK(read(other).runs[0].name != plan.runs[0].name);
  CHECK(contains(usage_error(kData + "[sweep]\ncount = 3\nloss = ['mse', 'wing']\n"), "line 4"));
}

TEST_CASE("draws of whole numbers are whole") {
  const SweepPlan plan = read(kData + "[sweep]\ncount = 5\ninput_size = {from = 24, to = 40}\n");
  REQUIRE(plan.runs.size() == 5);
  for (const SweepRun& run : plan.runs) {
    CHECK(run.options.input_size.width >= 24);
    CHECK(run.options.input_size.width <= 40);
  }
}

TEST_CASE("variants change options together and combine with lists") {
  const SweepPlan plan = read(kData +
                              "[sweep]\nbatch = [4, 8]\n[[sweep.variant]]\nname = 'plain'\n[[sweep.variant]]\n"
                              "name = 'one cycle'\nschedule = 'one-cycle'\nwarmup = 0\n");
  REQUIRE(plan.settings.size() == 4);
  CHECK(plan.settings[2].name == "one cycle batch=4");
  CHECK(plan.settings[2].values.front() == std::pair<std::string, std::string>{"variant", "one cycle"});
  CHECK(plan.runs[2].name == "003-one_cycle_batch=4-seed1");
  CHECK(plan.runs[2].options.schedule == "one-cycle");
  CHECK(plan.runs[2].options.warmup == 0);
  CHECK(plan.runs[0].options.schedule == "cosine");
}

TEST_CASE("mistakes are named with file and line before anything is trained") {
  struct Mistake {
    const char* text;
    const char* line;
    const char* part;
  };
  for (const Mistake& m : std::initializer_list<Mistake>{
           {"epohcs = 3\n[sweep]\nlr = [1]\n", "line 3", "'epochs'"},
           {"epochs = 0\n[sweep]\nlr = [1]\n", "line 3", "at least 1"},
           {"[sweep]\nbacth = [4]\n", "line 4", "'batch'"},
           {"[sweep]\nlr = [\n0.1,\n-3]\n", "line 6", "--lr -3"},
           {"[sweep]\noptimizer = ['adam',\n'adma']\n", "line 5", "'adam'"},
           {"[sweep]\nlr = 0.1\n", "line 4", "a list"},
           {"[sweep]\nlr = {from = 0.1}\n", "line 4", "to = B"},
           {"[sweep]\nlr = {from = 0.1, to = 1}\n", "line 4", "count"},
           {"[sweep]\nlr = {log = true}\n", "line 4", "a list"},
           {"[sweep]\ncount = 2\nlr = {log = true}\n", "line 5", "a list"},
           {"[sweep]\ncount = 3\nlr = {from = 1, to = 0.1}\n", "line 5", "from < to"},
           {"[sweep]\ncount = 3\nlr = {from = 0, to = 0.1, log = true}\n", "line 5", "above 0"},
           {"[sweep]\ncount = 3\nlr = {from = 0.1, to = 2000}\n", "line 5", "1000"},
           {"[sweep]\ncount = 0\n", "line 4", "whole number"},
           {"[sweep]\nseeds = 3\n", "line 4", "list of whole numbers"},
           {"[sweep]\nseed = [1, 2]\n", "line 4", "whole number"},
           {"[sweep]\nlr = [0.1, 0.1]\n", "line 4", "twice"},
           {"[[sweep.variant]]\nlr = 0.1\n", "line 4", "name"},
           {"[[sweep.variant]]\nname = 'a'\n[[sweep.variant]]\nname = 'a'\n", "line 6", "'a'"},
           {"[[sweep.variant]]\nname = 'a'\nloss = 'wig'\n", "line", "'wing'"},
       }) {
    const std::string message = usage_error(kData + m.text);
    CHECK_MESSAGE(contains(message, m.line), message);
    CHECK_MESSAGE(contains(message, m.part), message);
    CHECK_MESSAGE(contains(message, "s.toml"), message);
  }
  CHECK(contains(usage_error(kData), "[sweep]"));
  CHECK(contains(message_of(ErrorCode::format, [] { (void)read(kData + "[sweep]\nlr = []\n"); }), "empty list"));
  CHECK(contains(usage_error(kData + "val_split = 0\n[sweep]\nlr = [1]\n"), "validation"));
}

TEST_CASE("what only the whole of a setting shows is named with the setting") {
  CHECK(contains(usage_error(kData + "[sweep]\nmodel = ['small', 'smal']\n"), "'model=smal'"));
  CHECK(contains(usage_error(kData + "dropout = 0.5\n[sweep]\nmodel = ['base']\n"), "--dropout"));
  CHECK(contains(usage_error(kData + "[sweep]\nmilestones = ['1,2', 'x']\n"), "--milestones x"));
  CHECK(contains(usage_error(kData + "[sweep]\nloss = ['mse', 'heatmap-mse']\n"), "loss=heatmap-mse"));
}
