// SPDX-License-Identifier: MIT
// lr-find, kfold and sweep as a user meets them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "cli/program.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::contains;
using test::Outcome;
using test::read_text;
using test::run_program;
using test::run_shell;
using test::TemporaryFolder;

namespace {

const std::string kQuick = "--data synth:30 --input-size 32 --batch 8 ";

void check_refused(const TemporaryFolder& folder, const std::string& arguments, int code, const std::string& part) {
  const Outcome o = run_program(folder, arguments);
  CHECK_MESSAGE(o.code == code, o.err);
  CHECK_MESSAGE(std::count(o.err.begin(), o.err.end(), '\n') == 1, o.err);
  CHECK_MESSAGE(contains(o.err, part), o.err);
}

}  // namespace

TEST_CASE("lr-find prints a curve and a suggestion with its rule, and writes picture and table") {
  const TemporaryFolder folder;
  const Outcome o =
      run_program(folder, "lr-find " + kQuick + "--augment none --from 1e-5 --to 0.1 --steps 60 --out lr");
  REQUIRE_MESSAGE(o.code == 0, o.err);
  CHECK(contains(o.out, "suggestion: --lr "));
  CHECK(contains(o.out, "half the rate"));
  CHECK(contains(o.out, " 1.00e-05 "));
  // Rates rise by the same factor: (0.1 / 1e-5) ^ (1 / 59).
  std::istringstream curve(read_text(folder / "lr/lr_find.csv"));
  std::string line;
  std::getline(curve, line);
  CHECK(line == "lr,loss,smoothed");
  for (int i = 0; i < 3; ++i) {
    REQUIRE(std::getline(curve, line));
    CHECK(std::stod(line) == doctest::Approx(1e-5 * std::pow(1e4, i / 59.0)));
  }
  CHECK(contains(read_text(folder / "lr/lr_find.svg"), "</svg>"));
  const std::string table = read_text(folder / "lr/lr_find.csv");
  check_refused(folder, "lr-find " + kQuick + "--steps 10 --out lr", 2, "lr already holds an lr_find.csv");
  CHECK(read_text(folder / "lr/lr_find.csv") == table);
  REQUIRE(run_program(folder, "lr-find " + kQuick + "--steps 10 --quiet").code == 0);
  REQUIRE(run_program(folder, "lr-find " + kQuick + "--steps 10 --quiet").code == 0);
  CHECK(std::filesystem::exists(folder / "runs/lr-find/lr_find.svg"));
  CHECK(std::filesystem::exists(folder / "runs/lr-find2/lr_find.svg"));
}

TEST_CASE("options that play no part in lr-find are not offered; mistakes are named") {
  const TemporaryFolder folder;
  check_refused(folder, "lr-find --lr 0.1", 2, "no option --lr");
  check_refused(folder, "lr-find --schedule cosine", 2, "no option --schedule");
  check_refused(folder, "lr-find --tensorboard", 2, "no option --tensorboard");
  check_refused(folder, "lr-find --from 1 --to 0.1 " + kQuick, 2, "--from < --to");
  check_refused(folder, "lr-find --from zero", 2, "--from zero");
  check_refused(folder, "lr-find --steps 3", 2, "--steps 3");
  check_refused(folder, "lr-find faces", 2, "--data faces");
  check_refused(folder, "lr-find --optimizer adma", 2, "'adam'");
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("kfold: Ctrl-C saves and exits with 130, --resume finishes and prints what there is to know") {
  const TemporaryFolder folder;
  const Outcome o = run_shell(folder, "\"$FPCPU\" kfold --folds 3 --epochs 15 " + kQuick +
                                          "--out k & pid=$!; "
                                          "for i in $(seq 600); do [ -s k/fold2/last.safetensors ] && break; "
                                          "sleep 0.02; done; kill -TERM $pid; wait $pid");
  CHECK(o.code == 130);
  CHECK(contains(o.out, "fpcpu kfold --resume k"));
  CHECK(std::filesystem::exists(folder / "k/fold1/result.toml"));
  CHECK(!std::filesystem::exists(folder / "k/out_of_fold.csv"));
  const auto before = std::filesystem::last_write_time(folder / "k/fold1/model.safetensors");
  const Outcome resumed = run_program(folder, "kfold --resume k");
  REQUIRE_MESSAGE(resumed.code == 0, resumed.err);
  CHECK(before == std::filesystem::last_write_time(folder / "k/fold1/model.safetensors"));
  for (const char* part : {"over the folds", "+-", "over all images", "worst images", "fold 3/3"}) {
    CHECK_MESSAGE(contains(resumed.out, part), resumed.out);
  }
  const std::string csv = read_text(folder / "k/out_of_fold.csv");
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 31);
  check_refused(folder, "kfold --folds 3 " + kQuick + "--out k", 2, "--resume k");
  check_refused(folder, "kfold --resume k --folds 3", 2, "--folds");
  check_refused(folder, "kfold --resume k --epochs 3", 2, "--epochs");
  check_refused(folder, "kfold --resume k --out l", 2, "--out");
  check_refused(folder, "kfold --folds 31 " + kQuick, 2, "--folds 31");
}

TEST_CASE("sweep: two processes share the work, the table ranks, the same command again is done at once") {
  const TemporaryFolder folder;
  std::ofstream(folder / "search.toml") << "data = ['synth:24']\ninput_size = 32\nbatch = 8\nepochs = 1\n"
                                           "[sweep]\nlr = [1e-3, 2e-3]\nloss = ['mse', 'wing']\nseeds = [1, 2]\n";
  const Outcome list = run_program(folder, "sweep search.toml --dry-run");
  CHECK(list.code == 0);
  CHECK(std::count(list.out.begin(), list.out.end(), '\n') == 8);
  CHECK(contains(list.out, "004-lr=0.002_loss=wing-seed2"));
  CHECK(!std::filesystem::exists(folder / "runs"));

  const Outcome both = run_shell(folder,
                                 "\"$FPCPU\" sweep search.toml --threads 1 >one & "
                                 "\"$FPCPU\" sweep search.toml --threads 1 >two; wait");
  CHECK_MESSAGE(both.err.empty(), both.err);
  const std::string one = read_text(folder / "one");
  const std::string two = read_text(folder / "two");
  const auto table = [](const std::string& text) { return text.substr(text.find("rank ")); };
  CHECK(table(one) == table(two));
  CHECK(contains(one, "lr=0.001 loss=wing"));
  CHECK(contains(one, "  inter-ocular  "));
  std::size_t trained = 0;
  for (const std::string* text : {&one, &two}) {
    for (std::size_t at = text->find(": mse100"); at != std::string::npos; at = text->find(": mse100", at + 1)) {
      ++trained;
    }
  }
  CHECK(trained == 8);
  const std::string csv = read_text(folder / "runs/search/ranking.csv");
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 5);
  CHECK(run_program(folder, "sweep search.toml").out == table(one));
}

TEST_CASE("sweep: Ctrl-C exits with 130, the same command goes on; mistakes come before the first training") {
  const TemporaryFolder folder;
  std::ofstream(folder / "s.toml") << "data = ['synth:24']\ninput_size = 32\nbatch = 8\nepochs = 300\n"
                                      "[sweep]\nseeds = [1]\nloss = ['mse']\n";
  const Outcome o =
      run_shell(folder,
                "\"$FPCPU\" sweep s.toml --out s --isa eigen & pid=$!; for i in $(seq 600); do "
                "ls s/*/last.safetensors >/dev/null 2>&1 && break; sleep 0.02; done; kill -TERM $pid; wait $pid");
  CHECK(o.code == 130);
  CHECK(contains(o.out, "goes on"));
  CHECK(std::filesystem::is_empty(folder / "s/claims"));
  check_refused(folder, "sweep", 2, "FILE.toml");
  check_refused(folder, "sweep none.toml", 3, "none.toml");
  check_refused(folder, "sweep s.toml --dry-run --out s", 2, "--dry-run");
  std::ofstream(folder / "bad.toml") << "[sweep]\nbacth = [1]\n";
  check_refused(folder, "sweep bad.toml", 2, "bad.toml line 2");
  CHECK(!std::filesystem::exists(folder / "runs"));
}

TEST_CASE("the ablation makes a Markdown table with the difference to the base") {
  const TemporaryFolder folder;
  const std::string script = "'" FPCPU_SOURCE_DIR "/scripts/ablation' ";
  const Outcome o = run_shell(folder, script + "synth:16 --epochs 1 --seeds 2 --val '" FPCPU_SOURCE_DIR
                                               "/data' --out \"$PWD/a\" --only 'loss|batch norm' "
                                               "--set 'input_size = 32' --set 'batch = 8'");
  REQUIRE_MESSAGE(o.code == 0, o.err);
  CHECK(o.out.starts_with("| changed | to | mse100 | against the base | NME % |\n|---|"));
  CHECK(contains(o.out, "\n| base | defaults | "));
  CHECK(contains(o.out, "\n| batch norm | none and clipped | "));
  CHECK(!contains(o.out, "dropout"));
  const std::size_t loss = o.out.find("| loss | wing |");
  REQUIRE(loss != std::string::npos);
  const std::string row = o.out.substr(loss, o.out.find('\n', loss) - loss);
  CHECK_MESSAGE((contains(row, "| +") || contains(row, "| -")), row);
  CHECK_MESSAGE(contains(row, " +- "), row);
  CHECK(run_shell(folder, script + "--seeds 2").code == 2);
}
