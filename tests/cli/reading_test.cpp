// SPDX-License-Identifier: MIT
// How data is read, from the command line: the options that all commands share, what is left out and what is said.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "cli/program.hpp"

using namespace fpcpu;
using test::check_one_line;
using test::contains;
using test::Outcome;
using test::read_text;
using test::run_program;
using test::TemporaryFolder;

namespace {

const std::string kQuick = " --input-size 32 --batch 4 --epochs 1 ";

void break_image(const std::filesystem::path& file) { std::ofstream(file, std::ios::binary) << "no image"; }

std::vector<std::filesystem::path> images(const TemporaryFolder& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "faces/images")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("unreadable images stop a training; --skip-bad trains without them and lists them in the run folder") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 20 --size 40 --quiet").code == 0);
  const auto files = images(folder);
  break_image(files[3]);
  break_image(files[11]);
  const Outcome refused = run_program(folder, "train --data faces --out run" + kQuick);
  CHECK(refused.code == 3);
  CHECK(contains(refused.err, "2 of 20 images cannot be used."));
  CHECK(contains(refused.err, "faces/gt.csv line 5: "));
  CHECK(contains(refused.err, "faces/gt.csv line 13: "));
  CHECK(!std::filesystem::exists(folder / "run"));

  const Outcome run = run_program(folder, "train --data faces --skip-bad --out run" + kQuick);
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(contains(run.err, "2 rows are left out, first faces/gt.csv line 5"));
  CHECK(contains(run.out, "16 training faces, 2 for validation"));
  const std::string skipped = read_text(folder / "run/skipped.csv");
  CHECK(skipped.starts_with("place,reason\n\"faces/gt.csv line 5\","));
  CHECK(std::count(skipped.begin(), skipped.end(), '\n') == 3);
  CHECK(contains(read_text(folder / "run/config.toml"), "skip_bad = true"));

  const Outcome folds = run_program(folder, "kfold --folds 2 --data faces --skip-bad --out k" + kQuick);
  REQUIRE_MESSAGE(folds.code == 0, folds.err);
  CHECK(read_text(folder / "k/skipped.csv") == skipped);
  const std::string model = "run/model.safetensors";
  CHECK(run_program(folder, "eval " + model + " --data faces").code == 3);
  const Outcome judged = run_program(folder, "eval " + model + " --data faces --skip-bad --json");
  CHECK(contains(judged.out, "\"images\":18"));
  CHECK(contains(judged.err, "note: 2 rows are left out"));
}

TEST_CASE("images broken in their pixels are all named, on both sides of the split and beside broken headers") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 20 --size 40 --quiet").code == 0);
  const auto files = images(folder);
  const auto cut = [&](std::size_t i) {
    std::filesystem::resize_file(files[i], std::filesystem::file_size(files[i]) - 40);
  };
  // One after the other each is the only broken one of its side; together they are named at once.
  cut(7);
  check_one_line(run_program(folder, "train --data faces --fast" + kQuick), 3, {"faces/gt.csv line 9: ", "--skip-bad"});
  for (std::size_t i = 0; i < 20; i += 2) cut(i);
  const Outcome refused = run_program(folder, "train --data faces --fast" + kQuick);
  CHECK(refused.code == 3);
  CHECK(contains(refused.err, "11 of 20 images cannot be used."));
  break_image(files[1]);
  const Outcome opened = run_program(folder, "train --data faces --fast" + kQuick);
  CHECK(opened.code == 3);
  CHECK(contains(opened.err, "12 of 20 images cannot be used."));
}

TEST_CASE("a point that no image showed is told by info and detect") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 12 --size 40 --quiet").code == 0);
  std::string table;
  std::ifstream lines(folder / "faces/gt.csv");
  std::string line;
  for (bool header = true; std::getline(lines, line); header = false) {
    const std::size_t cut = line.rfind(',', line.rfind(',') - 1);
    table += (header ? line : line.substr(0, cut) + ",,") + "\n";
  }
  std::ofstream(folder / "faces/gt.csv") << table;
  REQUIRE(run_program(folder, "train --data faces --val-split 0 --out run --quiet" + kQuick).code == 0);
  CHECK(contains(run_program(folder, "info run").out, "point 14"));
  const std::string detect = "detect run/model.safetensors faces/images --out p.csv --overwrite";
  CHECK(contains(run_program(folder, detect).err, "point 14 of the model"));
  CHECK(!contains(run_program(folder, detect + " --quiet").err, "point 14"));
}

TEST_CASE("eval, augment and lr-find read data with the same options as training") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 12 --size 40 --quiet").code == 0);
  std::filesystem::rename(folder / "faces/images", folder / "pictures");
  REQUIRE(run_program(folder, "train --data faces/gt.csv --images pictures --val-split 0 --out run" + kQuick).code ==
          0);
  const std::string model = "eval run/model.safetensors --data faces --json ";
  check_one_line(run_program(folder, model), 3, {"none of the 12 images is in faces", "--images DIR"});
  const std::string all = run_program(folder, model + "--images pictures").out;
  CHECK(contains(all, "\"images\":12"));
  const std::string some = run_program(folder, model + "--images pictures --subset 5").out;
  CHECK(contains(some, "\"images\":5"));
  CHECK(run_program(folder, model + "--images pictures --subset 5 --seed 2").out != some);
  check_one_line(run_program(folder, model + "--images pictures --subset 13"), 2, {"the data has 12 faces"});
  CHECK(run_program(folder, "augment faces --images pictures --subset 4 --count 2 --out s.png").code == 0);
  CHECK(run_program(folder, "lr-find --data faces --images pictures --steps 10 --input-size 32 --out lr").code == 0);
  check_one_line(run_program(folder, model + "--images pictures --exif no"), 2, {"--exif no is not known"});
  const Outcome small = run_program(folder, model + "--images pictures --max-pixels 100");
  CHECK(small.code == 3);
  CHECK(contains(small.err, "12 of 12 images cannot be used."));
  CHECK(contains(run_program(folder, model + "--images pictures --missing -7").err, "note: --missing changes nothing"));
}

TEST_CASE("an option that changes nothing is refused") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 4 --size 40 --quiet").code == 0);
  for (const std::string option : {"--images faces", "--missing 0", "--skip-bad", "--exif ignore", "--max-pixels 9"}) {
    const std::string name = option.starts_with("--exif") ? option : option.substr(0, option.find(' '));
    check_one_line(run_program(folder, "train --data synth:20 --fast " + option), 2, {name + " changes nothing"});
    check_one_line(run_program(folder, "augment synth:20 --out s.png " + option), 2, {name + " changes nothing"});
  }
  // Of several sets, one of files is enough.
  const Outcome mixed =
      run_program(folder, "train --data synth:8 --data faces --val synth:4:7 --fast --skip-bad" + kQuick);
  CHECK_MESSAGE(mixed.code == 0, mixed.err);
}
