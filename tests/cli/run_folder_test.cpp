// SPDX-License-Identifier: MIT
// A run folder as a user meets it again: from elsewhere, after a kill, with other data, to go on longer.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "cli/program.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::check_one_line;
using test::contains;
using test::Outcome;
using test::read_text;
using test::run_program;
using test::run_shell;
using test::TemporaryFolder;

namespace {

const std::string kQuick = "--input-size 32 --batch 8 --quiet ";

std::string model_of(const TemporaryFolder& folder, const std::string& run) {
  return read_text(folder / run / "model.safetensors");
}

/// Trains until metrics.csv has two epochs, then kills.
Outcome train_and_kill(const TemporaryFolder& folder, const std::string& arguments, const std::string& run) {
  return run_shell(
      folder, "\"$FPCPU\" train " + arguments + " --out " + run + " & pid=$!; for i in $(seq 900); do [ \"$(wc -l <" +
                  run +
                  "/metrics.csv 2>/dev/null || echo 0)\" -ge 3 ] && break; sleep 0.02; done; kill -9 $pid; "
                  "wait $pid 2>/dev/null");
}

}  // namespace

TEST_CASE("--resume takes the folder or the checkpoint, from any working directory, and --data for faces that moved") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 80 --size 40 --quiet").code == 0);
  REQUIRE(run_program(folder, "train --data faces --epochs 4 --out whole " + kQuick).code == 0);
  REQUIRE(train_and_kill(folder, "--data faces --epochs 4 --checkpoint-every 0 " + kQuick, "run").code == 137);
  for (const char* copy : {"a", "b", "c"}) {
    std::filesystem::copy(folder / "run", folder / copy, std::filesystem::copy_options::recursive);
  }
  std::filesystem::create_directory(folder / "elsewhere");
  const Outcome file = run_shell(folder, "cd elsewhere && \"$FPCPU\" train --resume ../a/last.safetensors --quiet");
  CHECK_MESSAGE(file.code == 0, file.err);
  CHECK(contains(file.err, "taken over from a process that is gone"));
  CHECK(model_of(folder, "a") == model_of(folder, "whole"));

  std::filesystem::rename(folder / "faces", folder / "moved");
  const Outcome lost = run_program(folder, "train --resume b --quiet");
  CHECK(lost.code == 3);
  CHECK(contains(lost.err, "--resume b --data DIR"));
  const Outcome moved = run_program(folder, "train --resume b --data moved --quiet");
  CHECK_MESSAGE(moved.code == 0, moved.err);
  // The file names its data; the network is the same.
  const auto judged = [&](const std::string& run) {
    return run_program(folder, "eval " + run + "/model.safetensors --data moved --json").out;
  };
  CHECK(judged("b") == judged("whole"));
  CHECK(contains(read_text(folder / "b/config.toml"), "data = ['moved']"));

  const Outcome longer = run_program(folder, "train --resume a --data moved --epochs 5");
  CHECK_MESSAGE(longer.code == 0, longer.err);
  CHECK(contains(longer.out, "5 epochs instead of 4"));
  CHECK(contains(longer.out, "5/5 "));

  std::string table = read_text(folder / "moved/gt.csv");
  table.replace(table.find('.', table.find('\n') + 20) + 1, 1, "77");
  std::ofstream(folder / "moved/gt.csv", std::ios::binary) << table;
  const Outcome changed = run_program(folder, "train --resume c --data moved --quiet");
  CHECK(changed.code == 3);
  CHECK(contains(changed.err, "1 row of labels changed: "));
  CHECK(contains(changed.err, "gt.csv line 2"));
  const Outcome on = run_program(folder, "train --resume c --data moved --changed-data --quiet");
  CHECK_MESSAGE(on.code == 0, on.err);
  check_one_line(run_program(folder, "train --changed-data --data moved"), 2, {"--changed-data"});
  check_one_line(run_program(folder, "train --resume c --lr 1"), 2, {"leave --lr out"});
}

TEST_CASE("table, images and network of a run are found again from another working directory") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 60 --size 40 --quiet").code == 0);
  std::filesystem::rename(folder / "faces/images", folder / "pictures");
  std::ofstream(folder / "net.toml") << "input = [32, 32, 3]\n[[layer]]\nkind = 'conv2d'\nout_channels = 4\n"
                                        "stride = 4\n[[layer]]\nkind = 'landmarks'\n";
  std::filesystem::create_directory(folder / "elsewhere");
  const std::string options = "--model net.toml --epochs 2 --batch 8 --lr 0.0003 --quiet ";
  const Outcome run = run_program(folder, "train --data faces/gt.csv --images pictures --out run " + options);
  REQUIRE_MESSAGE(run.code == 0, run.err);
  const Outcome longer = run_shell(folder, "cd elsewhere && \"$FPCPU\" train --resume ../run --epochs 3 --quiet");
  CHECK_MESSAGE(longer.code == 0, longer.err);

  // Killed before its first checkpoint, a run begins again; its network is the copy in its folder.
  REQUIRE(
      run_shell(folder, "\"$FPCPU\" train --data \"$PWD/faces/gt.csv\" --images \"$PWD/pictures\" --out new " + options)
          .code == 0);
  std::filesystem::remove(folder / "new/last.safetensors");
  std::filesystem::remove(folder / "new/previous.safetensors");
  std::filesystem::remove(folder / "net.toml");
  const Outcome again = run_shell(folder, "cd elsewhere && \"$FPCPU\" train --resume ../new --quiet");
  CHECK_MESSAGE(again.code == 0, again.err);
}

TEST_CASE("two processes do not train in one folder; what a killed one left is no obstacle") {
  const TemporaryFolder folder;
  const std::string options = "--data synth:200 --epochs 400 " + kQuick;
  const Outcome o = run_shell(
      folder,
      "\"$FPCPU\" train " + options +
          "--out run & pid=$!; for i in $(seq 900); do [ -s run/last.safetensors ] "
          "&& break; sleep 0.02; done; \"$FPCPU\" train --resume run --quiet; echo resumed $?; \"$FPCPU\" train " +
          options +
          "--out run; echo begun $?; kill -9 $pid; wait $pid 2>/dev/null; "
          "\"$FPCPU\" train --resume run --epochs 3 --quiet; echo shortened $?");
  CHECK(contains(o.out, "resumed 2"));
  CHECK(contains(o.out, "begun 2"));
  CHECK(contains(o.err, "run is in use: "));
  CHECK(contains(o.err, "taken over from a process that is gone"));
}

TEST_CASE("killed again and again at any moment, most kills after a checkpoint, a run ends with the same model") {
  const TemporaryFolder folder;
  const std::string options = "--data synth:240 --epochs 12 --augment full --threads 1 " + kQuick;
  REQUIRE(run_program(folder, "train " + options + "--out whole").code == 0);
  // Two kills at any moment, then six with a checkpoint to go on from. A kill counts where it met a living process.
  const Outcome o = run_shell(
      folder,
      "n=0; after=0; begin() { if [ -d run ]; then \"$FPCPU\" train --resume run --quiet & else \"$FPCPU\" train " +
          options +
          "--out run --checkpoint-every 0.05 & fi; pid=$!; }; "
          "for i in $(seq 8); do begin; if [ $i -gt 2 ]; then for j in $(seq 900); do "
          "[ -s run/last.safetensors ] && break; sleep 0.02; done; fi; "
          "sleep 0.$((RANDOM % 5))$((RANDOM % 10)); saved=0; [ -s run/last.safetensors ] && saved=1; "
          "kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null; "
          "[ $? = 137 ] && n=$((n + 1)) && after=$((after + saved)); done; "
          "echo $n $after; \"$FPCPU\" train --resume run --quiet || echo not resumed");
  std::istringstream counts(o.out);
  int kills = 0;
  int after_checkpoint = 0;
  counts >> kills >> after_checkpoint;
  MESSAGE(kills, " kills, ", after_checkpoint, " of them after a checkpoint");
  CHECK(kills >= 4);
  CHECK(2 * after_checkpoint >= kills);
  CHECK_MESSAGE(!contains(o.out, "not resumed"), o.err);
  CHECK(model_of(folder, "run") == model_of(folder, "whole"));
  CHECK(run_shell(folder, "ls -A run | grep -c tmp").out == "0\n");
}

TEST_CASE("a training that comes to nothing says so: exit 4 when it diverged") {
  const TemporaryFolder folder;
  const Outcome o = run_program(folder, "train --data synth:200 --epochs 3 --lr 1000 --out run " + kQuick);
  CHECK(o.code == 4);
  CHECK(contains(o.err, "error[numeric]: "));
  CHECK(std::filesystem::exists(folder / "run/log.txt"));
}
