// SPDX-License-Identifier: MIT
// The program as a user meets it: exit codes, messages, files.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "cli/program.hpp"
#include "cli/trained_model.hpp"
#include "core/file.hpp"
#include "data/image_write.hpp"
#include "data/synth.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::check_one_line;
using test::contains;
using test::kQuickTraining;
using test::Outcome;
using test::run_program;
using test::run_shell;
using test::TemporaryFolder;
using test::trained_model;

TEST_CASE("the overview and every help show examples") {
  const TemporaryFolder folder;
  const Outcome overview = run_program(folder, "");
  CHECK(overview.code == 0);
  CHECK(contains(overview.out, "Examples:"));
  for (const char* command :
       {"train", "augment", "detect", "eval", "compare", "synth", "lr-find", "kfold", "sweep", "info", "plan"}) {
    CHECK(contains(overview.out, command));
    const Outcome help = run_program(folder, std::string(command) + " --help");
    CHECK(help.code == 0);
    CHECK_MESSAGE(contains(help.out, "Examples:"), command);
    CHECK_MESSAGE(contains(help.out, "--threads"), command);
  }
  CHECK(contains(run_program(folder, "--version").out, "fpcpu 0."));
  CHECK(contains(run_program(folder, "detect --version").out, "fpcpu 0."));
}

TEST_CASE("mistyped commands, options and names suggest the nearest and exit with 2") {
  const TemporaryFolder folder;
  check_one_line(run_program(folder, "trian"), 2, {"'train'"});
  check_one_line(run_program(folder, "train --epoch 3"), 2, {"--epochs"});
  check_one_line(run_program(folder, "train --model smal"), 2, {"small"});
  check_one_line(run_program(folder, "train --optimizer adma"), 2, {"adam"});
  check_one_line(run_program(folder, "train --epochs none"), 2, {"--epochs none"});
  check_one_line(run_program(folder, "train --epochs"), 2, {"epochs"});
  check_one_line(run_program(folder, "train faces"), 2, {"--data faces"});
  check_one_line(run_program(folder, "detect model.safetensors"), 2, {"fpcpu detect"});
  check_one_line(run_program(folder, "eval --data synth:3"), 2, {"--pred"});
  check_one_line(run_program(folder, "info --isa avx1024"), 2, {"avx1024"});
  check_one_line(run_program(folder, "info --precision bf61"), 2, {"'bf16'"});
  check_one_line(run_program(folder, "eval --pred p.csv --data synth:2 --precision bf16"), 2, {"--precision"});
  check_one_line(run_program(folder, "train --precision bf61"), 2, {"'bf16'"});
  check_one_line(run_program(folder, "synth faces"), 2, {"--count"});
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a forced instruction set is the one that runs, from the option and from the environment") {
  const TemporaryFolder folder;
  CHECK(contains(run_program(folder, "info --isa eigen").out, "chosen            eigen"));
  CHECK(contains(run_shell(folder, "FPCPU_ISA=eigen \"$FPCPU\" info").out, "chosen            eigen"));
  CHECK(run_shell(folder, "FPCPU_ISA=quantum \"$FPCPU\" info").code == 2);
}

TEST_CASE("bf16 without kernels for it is told on standard error, and fp32 runs") {
  const TemporaryFolder folder;
  const Outcome info = run_program(folder, "info --isa eigen --precision bf16");
  CHECK(info.code == 0);
  CHECK(contains(info.out, "chosen            eigen fp32"));
  CHECK(contains(info.err, "note: --precision bf16"));
  CHECK(run_program(folder, "info --isa eigen --precision fp32").err.empty());
  const Outcome train = run_program(folder, "train --fast --data synth:20 --isa eigen --precision bf16 --quiet");
  CHECK(train.code == 0);
  CHECK(contains(train.err, "note: --precision bf16"));
}

TEST_CASE("faults of gt.csv: one line with file and line, exit 3, nothing written") {
  struct Fault {
    const char* csv;
    std::vector<std::string> parts;
  };
  const std::string good = "a.png,1,2,3,4\n";
  const std::vector<Fault> faults = {
      {"filename,x1,y1,x2,y2\na.png,1,2,3\n", {"gt.csv", "line 2", "4 columns, the header has 5"}},
      {"filename,x1,y1,x2,y2\na.png,1,2,3,4\nb.png,1,two,3,4\n", {"line 3", "two"}},
      {"filename,x1,y1,x2,y2\nmissing.png,1,2,3,4\n", {"line 2", "missing.png"}},
      {"filename,x1,y1,x2,y2\na.png,1,2,3,4\na.png,1,2,3,4\n", {"line 3", "a.png", "line 2"}},
      {"", {"gt.csv", "empty"}},
      {"a.png,1,2,3,4\n", {"gt.csv", "line 1", "header"}},
      {"filename,x1,y1,x2,y2\n", {"no rows"}},
  };
  for (const Fault& fault : faults) {
    const TemporaryFolder folder;
    std::filesystem::create_directories(folder / "faces/images");
    for (const char* name : {"a.png", "b.png"}) {
      write_image(folder / "faces/images" / name, Image{4, 4, 1, std::vector<std::uint8_t>(16, 90)});
    }
    std::ofstream(folder / "faces/gt.csv") << fault.csv;
    check_one_line(run_program(folder, "train --data faces --out run"), 3, fault.parts);
    CHECK(!std::filesystem::exists(folder / "run"));
  }
  const TemporaryFolder folder;
  check_one_line(run_program(folder, "train --data nowhere"), 3, {"nowhere"});
}

TEST_CASE("a broken image in the training data is named before the first step") {
  const TemporaryFolder folder;
  write_synth_folder(folder / "faces", 12, 1, 40);
  std::ofstream(folder / "faces/broken.txt") << "x";
  std::string name;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "faces/images"))
    name = entry.path().filename().string();
  std::ofstream(folder / "faces/images" / name) << "not an image";
  check_one_line(run_program(folder, "train --data faces --out run --quiet"), 3, {name});
}

TEST_CASE("train --fast works in a read-only folder and writes nothing") {
  const TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const TemporaryFolder elsewhere;
  const Outcome fast = run_shell(elsewhere, "cd '" + folder.path().string() + "' && \"$FPCPU\" train --fast");
  CHECK_MESSAGE(fast.code == 0, fast.err);
  CHECK(contains(fast.out, "training works"));
  CHECK(std::filesystem::is_empty(folder.path()));
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

TEST_CASE("killed in the middle of an epoch and resumed: the model of a run that was never stopped") {
  const TemporaryFolder folder;
  const std::string options = "--data synth:120 --augment full --epochs 6 " + kQuickTraining;
  REQUIRE(run_program(folder, "train " + options + "--out whole --quiet").code == 0);
  // Wait for two epochs, then for a moment inside the third.
  const Outcome killed = run_shell(
      folder, "\"$FPCPU\" train " + options +
                  "--out killed --quiet --threads 1 --checkpoint-every 0 & pid=$!; "
                  "for i in $(seq 600); do "
                  "[ \"$(wc -l <killed/metrics.csv 2>/dev/null || echo 0)\" -ge 3 ] && break; sleep 0.02; done; "
                  "sleep 0.03; kill -9 $pid; wait $pid 2>/dev/null");
  CHECK(killed.code == 137);
  const std::string rows = test::read_text(folder / "killed/metrics.csv");
  CHECK(std::count(rows.begin(), rows.end(), '\n') < 7);
  REQUIRE(run_program(folder, "train --resume killed --quiet").code == 0);
  CHECK(test::read_text(folder / "killed/model.safetensors") == test::read_text(folder / "whole/model.safetensors"));
}

TEST_CASE("Ctrl-C saves, says how to go on and exits with 130") {
  const TemporaryFolder folder;
  const Outcome o = run_shell(
      folder, "\"$FPCPU\" train --data synth:120 --epochs 500 " + kQuickTraining +
                  "--out run & pid=$!; "
                  "for i in $(seq 600); do [ -s run/metrics.csv ] && [ $(wc -l <run/metrics.csv) -ge 2 ] && break; "
                  "sleep 0.02; done; kill -TERM $pid; wait $pid");
  CHECK(o.code == 130);
  CHECK(contains(o.out, "--resume run"));
  CHECK(std::filesystem::exists(folder / "run/last.safetensors"));
  CHECK(std::filesystem::exists(folder / "run/report.html"));
}

TEST_CASE("options that would be ignored together are refused") {
  const TemporaryFolder folder;
  check_one_line(run_program(folder, "train --fast --out run"), 2, {"--fast"});
  check_one_line(run_program(folder, "train --resume a --out run"), 2, {"--resume"});
  check_one_line(run_program(folder, "train --resume a --config c.toml"), 2, {"--config"});
  check_one_line(run_program(folder, "train --model base --dropout 0.5 --data synth:20"), 2, {"--dropout"});
  check_one_line(run_program(folder, "train --schedule multi-step --milestones x --data synth:20"), 2,
                 {"--milestones"});
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("synth writes a folder that train, eval and detect read") {
  const TemporaryFolder folder;
  CHECK(run_program(folder, "synth faces --count 5 --seed 4 --size 48").code == 0);
  const std::string csv = test::read_text(folder / "faces/gt.csv");
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 6);
  REQUIRE(run_program(folder, "synth again --count 5 --seed 4 --size 48").code == 0);
  CHECK(test::read_text(folder / "again/gt.csv") == csv);
  CHECK(run_program(folder, "eval '" + trained_model().string() + "' --data faces").code == 0);
}

TEST_CASE("info and plan describe machine, models and plans") {
  const TemporaryFolder folder;
  CHECK(contains(run_program(folder, "info").out, "instruction sets"));
  const Outcome about = run_program(folder, "info '" + trained_model().string() + "'");
  for (const char* part : {"points", "seed", "val_mse100", "conv1", "batch_norm"})
    CHECK_MESSAGE(contains(about.out, part), part);
  CHECK(contains(run_program(folder, "plan bn --train --batch 16").out, "batch 16"));
  CHECK(contains(run_program(folder, "plan '" + trained_model().string() + "'").out, "inference"));
  CHECK(run_program(folder, "plan nothing").code == 2);
}

TEST_CASE("plan says what is wrong with how a network is to be trained") {
  const TemporaryFolder folder;
  const std::string text = fpcpu::read_file(std::string(FPCPU_SOURCE_DIR) + "/docs/models/auxiliary.toml");
  const auto refusal = [&](const std::string& more) {
    fpcpu::write_file_atomically(folder / "net.toml", text + more);
    const Outcome o = run_program(folder, "plan net.toml");
    CHECK(o.code == 2);
    return o.err;
  };
  CHECK(contains(refusal("\n[[stage]]\nterms = [\"mapz\"]\n"), "no term is called 'mapz'"));
  CHECK(contains(refusal("\n[[group]]\nparameters = \"*\"\noptimizer = \"adma\"\n"),
                 "net.toml: unknown optimizer 'adma'"));
  CHECK(contains(refusal("\n[[stage]]\nsteps = 2\n"), "net.toml: [[stage]]: steps are for stages that take turns"));
}

TEST_CASE("a network of the user's own trains, and its plan can be shown") {
  const TemporaryFolder folder;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(FPCPU_SOURCE_DIR) + "/docs/models")) {
    if (entry.path().extension() != ".toml") continue;
    const std::string file = "'" + entry.path().string() + "'";
    CHECK(run_program(folder, "plan " + file).code == 0);
    const Outcome o = run_program(folder, "train --fast --data synth:40 --batch 4 --model " + file);
    CHECK_MESSAGE(o.code == 0, o.err);
  }
}
