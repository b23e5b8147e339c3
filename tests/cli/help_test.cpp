// SPDX-License-Identifier: MIT
// The help, and the hints for names that other programs have.
#include <doctest/doctest.h>

#include <sstream>

#include "cli/program.hpp"
#include "cli/terminal_text.hpp"
#include "core/word_list.hpp"
#include "heads/head.hpp"
#include "optim/optimizer.hpp"
#include "support/help_options.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::check_one_line;
using test::contains;
using test::Outcome;
using test::run_program;
using test::run_shell;
using test::TemporaryFolder;

namespace {

const std::vector<std::string> kCommands = {"train",   "detect", "eval",  "augment", "compare", "synth",
                                            "lr-find", "kfold",  "sweep", "info",    "plan",    "inspect"};

std::size_t longest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, cli::display_width(line));
  return longest;
}

/// With one space where there are several, or a new line.
std::string one_line(const std::string& text) {
  std::istringstream words(text);
  std::string all;
  for (std::string word; words >> word;) all += (all.empty() ? "" : " ") + word;
  return all;
}

/// The help of each option, its lines joined.
std::vector<std::pair<std::string, std::string>> entries(const std::string& help) {
  std::vector<std::pair<std::string, std::string>> all;
  std::istringstream lines(help.substr(0, help.find("Examples:")));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t start = line.find_first_not_of(' ');
    if (start == std::string::npos) continue;
    if (line.compare(start, 2, "--") == 0) {
      all.emplace_back(line.substr(start, line.find(' ', start) - start), line);
    } else if (!all.empty() && start > 4) {
      all.back().second += line;
    }
  }
  return all;
}

}  // namespace

TEST_CASE("help fits the terminal: COLUMNS, 80 without one") {
  const TemporaryFolder folder;
  CHECK(longest_line(run_shell(folder, "unset COLUMNS; \"$FPCPU\"").out) <= 80);
  for (const std::string& command : kCommands) {
    CAPTURE(command);
    CHECK(longest_line(run_shell(folder, "unset COLUMNS; \"$FPCPU\" " + command + " --help").out) <= 80);
    CHECK(longest_line(run_shell(folder, "COLUMNS=66 \"$FPCPU\" " + command + " --help").out) <= 66);
  }
  CHECK(longest_line(run_shell(folder, "COLUMNS=150 \"$FPCPU\" train -h").out) > 100);
}

TEST_CASE("commands and paragraphs are fitted so that they still work when pasted") {
  const std::string text =
      "\nA paragraph of some\nwords.\n\n  fpcpu train --data faces   # comment\n  fpcpu a bb ccc dddd eeee\n";
  CHECK(cli::fit_help(text, 80) ==
        "\nA paragraph of some words.\n\n  fpcpu train --data faces   # comment\n  fpcpu a bb ccc dddd eeee\n");
  CHECK(cli::fit_help(text, 26) ==
        "\nA paragraph of some words.\n\n  # comment\n  fpcpu train --data faces\n  fpcpu a bb ccc dddd eeee\n");
  CHECK(cli::fit_help("  fpcpu a bb ccc dddd eeee\n", 20) == "  fpcpu a bb ccc \\\n      dddd eeee\n");
}

TEST_CASE("every option says what holds without it, those of training what TrainOptions says") {
  const TemporaryFolder folder;
  for (const std::string& command : kCommands) {
    const std::string help = run_program(folder, command + " --help").out;
    std::size_t options = 0;
    for (const auto& [option, text] : entries(help)) {
      ++options;
      if (option == "--help" || option == "--version") continue;
      const bool said = text.ends_with(")") || contains(text, "default");
      const std::string where = command + ' ' + text;
      CHECK_MESSAGE(said, where);
    }
    CHECK(options == test::options_of_help(help.substr(0, help.find("Examples:"))).size());
  }
  const std::string help = run_shell(folder, "COLUMNS=160 \"$FPCPU\" train --help").out;
  CHECK(contains(help, "highest learning rate; 0 = the optimizer's usual one (0)"));
  CHECK(contains(help, "number of epochs (passes over the data) (30)"));
  CHECK(contains(help, "of every random number (1)"));
  CHECK(contains(help, "rotation by up to so many degrees either way (20)"));
  CHECK(contains(one_line(help), word_list(optimizer_names(), "or") + " (adamw)"));
  CHECK(contains(one_line(help), word_list(loss_usages("coordinates"), "or") + " for coordinates"));
}

TEST_CASE("names of other programs get the name here") {
  const TemporaryFolder folder;
  for (const auto& [name, hint] : std::vector<std::pair<std::string, std::string>>{{"predict", "fpcpu detect?"},
                                                                                   {"infer", "fpcpu detect?"},
                                                                                   {"test", "fpcpu eval?"},
                                                                                   {"val", "fpcpu eval?"},
                                                                                   {"evaluate", "fpcpu eval?"},
                                                                                   {"fit", "fpcpu train?"}}) {
    check_one_line(run_program(folder, name), 2, {hint});
  }
  for (const auto& [name, hint] : std::vector<std::pair<std::string, std::string>>{{"learning-rate", "--lr?"},
                                                                                   {"lr-schedule", "--schedule?"},
                                                                                   {"workers", "--threads?"},
                                                                                   {"batch-size", "--batch?"},
                                                                                   {"img-size", "--input-size?"},
                                                                                   {"device", "--threads"},
                                                                                   {"gpu", "CPU"},
                                                                                   {"weights", "--resume"},
                                                                                   {"num-epochs", "--epochs?"}}) {
    check_one_line(run_program(folder, "train --" + name + " 3"), 2, {"--" + name, hint});
  }
  check_one_line(run_program(folder, "train --learning-rate=3"), 2, {"--lr?"});
  check_one_line(run_program(folder, "detect --weights m.safetensors a.png"), 2, {"without an option"});
  check_one_line(run_program(folder, "detect --batch-size 3 a b"), 2, {"--batch?"});
  check_one_line(run_program(folder, "synth x --count 2 --image-size 64"), 2, {"--size?"});
}

TEST_CASE("more threads than cores: what is used is said") {
  const TemporaryFolder folder;
  check_one_line(run_program(folder, "info --threads 99"), 0, {"--threads 99", "at most 8"});
  CHECK(run_program(folder, "info --threads 99 --quiet").err.empty());
  CHECK(run_program(folder, "info --threads 1").err.empty());
}

TEST_CASE("the normaliser stands beside every NME: eval, training, comparison") {
  const TemporaryFolder folder;
  const std::string train = "train --input-size 32 --batch 8 --epochs 1 --data ";
  const Outcome a = run_program(folder, train + "synth:30 --out a");
  REQUIRE_MESSAGE(a.code == 0, a.err);
  CHECK(contains(a.out, "nme by inter-ocular, the distance of the outer eye corners"));
  CHECK(contains(a.out, "% (inter-ocular)"));
  const std::string table = a.out.substr(a.out.find("\nepoch"));
  CHECK(longest_line(table.substr(0, table.find('\n', table.find("1/1")))) <= 80);
  REQUIRE(run_program(folder, train + "synth:40 --nme box --out b --quiet").code == 0);
  CHECK(contains(test::read_text(folder / "a/config.toml"), "\nnme = 'inter-ocular'\n"));
  CHECK(contains(test::read_text(folder / "a/report.html"), "distance of the outer eye corners"));
  CHECK(contains(test::read_text(folder / "b/report.html"), "root of the area of the box"));
  CHECK(contains(run_program(folder, "info a").out, "nme_by         inter-ocular"));
  const std::string eval = "eval a --data synth:4 ";
  CHECK(contains(run_program(folder, eval).out, "by inter-ocular"));
  CHECK(contains(run_program(folder, eval + "--nme 1-4").out, "by 1-4, the distance of points 1 and 4"));
  CHECK(contains(run_program(folder, eval + "--nme inter-pupil --json").out, "\"nme_by\":\"inter-pupil\""));
  check_one_line(run_program(folder, eval + "--nme inter-oculra"), 2, {"'inter-ocular'"});
  check_one_line(run_program(folder, eval + "--nme 3-15"), 2, {"14 points"});
  check_one_line(run_program(folder, train + "synth:30 --nme 1-99 --out c"), 2, {"--nme 1-99"});
  CHECK(!std::filesystem::exists(folder / "c"));
  const Outcome compare = run_program(folder, "compare a b --out page.html");
  CHECK(contains(compare.out, "inter-ocular"));
  CHECK(contains(compare.out, "note: b was validated on other faces than a"));
  CHECK(contains(test::read_text(folder / "page.html"), "b was validated on other faces than a"));
  CHECK(contains(run_program(folder, "compare a b --json").out, "\"same_faces\":false"));
  CHECK(!contains(run_program(folder, "compare a a").out, "other faces"));
}
