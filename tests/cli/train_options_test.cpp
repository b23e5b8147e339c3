// SPDX-License-Identifier: MIT
// What a user can leave to `fpcpu train`, and what happens when the numbers overflow.
#include <doctest/doctest.h>

#include <fstream>

#include "cli/program.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::check_one_line;
using test::contains;
using test::Outcome;
using test::run_program;
using test::TemporaryFolder;

TEST_CASE("--time, --auto and --start train, say what they chose and leave it in config.toml") {
  const TemporaryFolder folder;
  const Outcome o =
      run_program(folder, "train --data synth:40 --auto --time 1s --input-size 32 --start zero --out run");
  REQUIRE_MESSAGE(o.code == 0, o.err);
  CHECK(contains(o.out, "auto: batch 16"));
  CHECK(contains(o.out, "--time 1s: "));
  const std::string config = test::read_text(folder / "run/config.toml");
  CHECK(contains(config, "batch = 16"));
  CHECK(contains(config, "start = 'zero'"));
  CHECK(contains(config, "time = ''"));
  check_one_line(run_program(folder, "train --time 10m --epochs 3"), 2, {"--epochs"});
  check_one_line(run_program(folder, "train --time 10"), 2, {"--time 10"});
  check_one_line(run_program(folder, "train --start mean"), 2, {"'mean-shape'"});
  check_one_line(run_program(folder, "train --fast --auto"), 2, {"--auto"});
  check_one_line(run_program(folder, "train --resume run --auto"), 2, {"--auto"});
  check_one_line(run_program(folder, "train --config run/config.toml --auto"), 2, {"--config", "--auto"});
}

TEST_CASE("epochs of the command line replace a time of the configuration file") {
  const TemporaryFolder folder;
  const std::string start = "data = ['synth:24']\ninput_size = 32\nbatch = 8\n";
  std::ofstream(folder / "time.toml") << start << "time = '10m'\n";
  REQUIRE(run_program(folder, "train --config time.toml --epochs 1 --out run --quiet").code == 0);
  CHECK(contains(test::read_text(folder / "run/config.toml"), "epochs = 1\n"));
}

TEST_CASE("a loss that explodes is told three times, then exit 4") {
  const TemporaryFolder folder;
  const Outcome o =
      run_program(folder, "train --data synth:80 --epochs 3 --optimizer sgd --lr 1000 --warmup 0 --loss mse " +
                              std::string("--input-size 32 --batch 8 ") + "--schedule constant --quiet --out run");
  CHECK(o.code == 4);
  CHECK(contains(o.err, "note: step"));
  CHECK(contains(o.err, "third time"));
  CHECK(contains(test::read_text(folder / "run/log.txt"), "is skipped"));
}
