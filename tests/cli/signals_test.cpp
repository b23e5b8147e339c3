// SPDX-License-Identifier: MIT
// Signals: what a closed terminal, Ctrl-C at any moment and a limit on the size of files do.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "cli/program.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::contains;
using test::Outcome;
using test::run_program;
using test::run_shell;
using test::TemporaryFolder;

namespace {

/// Starts the program, sends `signal` once `ready` holds (a shell test) or it has ended, and `delay` has passed;
/// standard output ends with the milliseconds that it took to end and its exit code.
Outcome stop(const TemporaryFolder& folder, const std::string& arguments, const std::string& signal,
             const std::string& ready, const std::string& delay = "0") {
  return run_shell(folder, "\"$FPCPU\" " + arguments + " >said 2>&1 & pid=$!; for i in $(seq 900); do { " + ready +
                               "; } && break; kill -0 $pid 2>/dev/null || break; sleep 0.02; done; sleep " + delay +
                               "; t=$(date +%s%N); kill -" + signal +
                               " $pid; wait $pid; code=$?; echo $(( ($(date +%s%N) - t) / 1000000 )) $code");
}

int milliseconds(const Outcome& o) { return std::atoi(o.out.c_str()); }
bool ends_with(const Outcome& o, const std::string& code) { return o.out.ends_with(" " + code + "\n"); }

}  // namespace

TEST_CASE("a closed terminal is heard as Ctrl-C is; nohup keeps it away") {
  const TemporaryFolder folder;
  const std::string train = "train --data synth:200 --epochs 500 --input-size 32 --batch 8 --out run";
  const Outcome o = stop(folder, train, "HUP", "[ -s run/last.safetensors ]");
  CHECK_MESSAGE(ends_with(o, "130"), o.out);
  CHECK(std::filesystem::exists(folder / "run/report.html"));
  const Outcome kept = run_shell(
      folder,
      "nohup \"$FPCPU\" train --data synth:60 --epochs 4 --input-size 32 --batch 8 --out kept >said 2>&1 & "
      "pid=$!; for i in $(seq 900); do [ -s kept/log.txt ] && break; sleep 0.02; done; kill -HUP $pid; wait $pid; "
      "echo $?");
  CHECK_MESSAGE(kept.out == "0\n", kept.out);
}

TEST_CASE("Ctrl-C is heard within a second in every phase: nothing is half written, exit 130") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 600 --size 160 --quiet").code == 0);
  const std::string train = "train --data faces --input-size 64 --json-log log ";
  const auto phase = [](const std::string& text) { return "grep -q '" + text + "' log 2>/dev/null"; };
  const auto check = [&](const std::string& arguments, const std::string& ready, const std::string& delay = "0",
                         bool may_be_done = false) {
    std::filesystem::remove(folder / "log");
    const Outcome o = stop(folder, arguments, "TERM", ready, delay);
    CAPTURE(arguments);
    CHECK_MESSAGE((ends_with(o, "130") || (may_be_done && ends_with(o, "0"))),
                  o.out << test::read_text(folder / "said"));
    MESSAGE(arguments, " after ", ready, ": ", milliseconds(o), " ms");
    // A second, and what a busy machine needs to get at it.
    CHECK(milliseconds(o) < 3000);
  };
  check(train + "--out a", phase("measuring colours"));
  CHECK(!std::filesystem::exists(folder / "a"));
  check(train + "--model resnet18 --batch 8 --time 2m --out b", phase("measuring the speed"), "0.5");
  CHECK(!std::filesystem::exists(folder / "b"));
  // Four fifths of the time between two checkpoints are judging.
  check(train + "--model base --val-split 0.8 --epochs 90 --out c", "[ -s c/last.safetensors ]", "0.5");
  CHECK(std::filesystem::exists(folder / "c/last.safetensors"));
  check(train + "--epochs 1 --out d", phase("writing the report"), "0", true);
  CHECK(std::filesystem::exists(folder / "d/model.safetensors"));
  check("lr-find --data faces --steps 5000 --out lr", "sleep 1");
  check("kfold --data faces --folds 3 --epochs 40 --input-size 64 --out k", "[ -s k/fold1/last.safetensors ]");
  std::ofstream(folder / "s.toml") << "data = ['faces']\nepochs = 30\n[sweep]\nlr = [0.001, 0.002]\n";
  check("sweep s.toml --out s", "ls s/*/log.txt >/dev/null 2>&1");
}

TEST_CASE("a limit on the size of files is named, exit 5, and what was saved before goes on") {
  const TemporaryFolder folder;
  const Outcome o = run_shell(folder,
                              "ulimit -f 1000; \"$FPCPU\" train --data synth:60 --epochs 3 --input-size 32 --batch 8 "
                              "--quiet --out run");
  CHECK(o.code == 5);
  CHECK_MESSAGE(contains(o.err, "safetensors: File too large."), o.err);
  CHECK(contains(o.err, "ulimit -f"));
  CHECK(run_shell(folder, "ls -A run | grep -c tmp").out == "0\n");
  CHECK(run_program(folder, "train --data synth:60 --epochs 3 --input-size 32 --batch 8 --quiet --out run").code == 0);
}
