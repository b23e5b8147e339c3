// SPDX-License-Identifier: MIT
// What the program writes and where: nothing of the user's is replaced, nothing that could not be written passes for
// done, and results found before an interruption are kept.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/pictures.hpp"
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
using test::read_text;
using test::run_program;
using test::run_shell;
using test::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

/// The folder of a run that trained for a moment.
const std::string& run() {
  static const TemporaryFolder folder;
  static const std::string path = [] {
    const Outcome o = run_program(folder, "train --data synth:40 --epochs 1 " + kQuickTraining + "--out run --quiet");
    REQUIRE_MESSAGE(o.code == 0, o.err);
    return (folder / "run").string();
  }();
  return path;
}

void make_photo(const fs::path& file, int seed = 1) {
  fs::create_directories(file.parent_path());
  write_image(file, make_synth_dataset(1, static_cast<std::uint64_t>(seed), 64)->image(0));
}

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) all[entry.path().string()] = read_text(entry.path());
  }
  return all;
}

std::vector<std::string> texts(const std::vector<fs::path>& paths) {
  std::vector<std::string> names;
  for (const fs::path& p : paths) names.push_back(p.generic_string());
  return names;
}

std::string detect(const std::string& rest) { return "detect '" + run() + "' " + rest; }

}  // namespace

TEST_CASE("pictures: folders are kept, colliding names keep both, none leaves the folder") {
  const std::vector<std::string> names = {"a.jpg", "b.png", "sub/a.jpg", "sub/a.png", "../up.png", "/etc/x.png"};
  CHECK(texts(cli::picture_names(names)) ==
        std::vector<std::string>{"a.png", "b.png", "sub/a.jpg.png", "sub/a.png.png", "up.png", "etc/x.png"});
  const std::vector<std::string> hard = {"a.jpg", "a.png", "a.jpg.bmp", "a.jpg"};
  std::vector<std::string> unique = texts(cli::picture_names(hard));
  std::sort(unique.begin(), unique.end());
  CHECK(std::unique(unique.begin(), unique.end()) == unique.end());
}

TEST_CASE("drawings never land on photos: not in their folder, not on a picture that detect has not written") {
  const TemporaryFolder folder;
  make_photo(folder / "photos/a.jpg");
  make_photo(folder / "photos/a.png", 2);
  make_photo(folder / "photos/b.jpg", 3);
  const auto before = contents(folder / "photos");
  check_one_line(run_program(folder, detect("photos --draw photos")), 2, {"--draw photos", "input"});
  check_one_line(run_program(folder, detect("photos --draw . --overwrite")), 2, {"--draw .", "input"});
  check_one_line(run_program(folder, detect("photos/a.png --draw photos --overwrite")), 2, {"input"});
  CHECK(contents(folder / "photos") == before);

  REQUIRE(run_program(folder, detect("photos --draw drawn --quiet")).code == 0);
  for (const char* name : {"a.jpg.png", "a.png.png", "b.png"}) CHECK_MESSAGE(fs::exists(folder / "drawn" / name), name);
  CHECK(run_program(folder, detect("photos --draw drawn --quiet")).code == 0);  // its own may be replaced
  make_photo(folder / "drawn/b.png", 5);
  const std::string foreign = read_text(folder / "drawn/b.png");
  fs::remove(folder / "drawn/a.jpg.png");
  check_one_line(run_program(folder, detect("photos --draw drawn")), 2, {"drawn/b.png", "--overwrite"});
  CHECK(read_text(folder / "drawn/b.png") == foreign);
  CHECK(!fs::exists(folder / "drawn/a.jpg.png"));  // all is checked before anything is written
  CHECK(run_program(folder, detect("photos --draw drawn --overwrite --quiet")).code == 0);
  CHECK(read_text(folder / "drawn/b.png") != foreign);
}

TEST_CASE("a folder of drawings inside the photos is left out the next time, and said") {
  const TemporaryFolder folder;
  make_photo(folder / "photos/a.png");
  REQUIRE(run_program(folder, detect("photos --draw photos/a-drawn --quiet")).code == 0);
  REQUIRE(run_program(folder, detect("photos/a-drawn --draw elsewhere")).code == 0);
  const Outcome only = run_program(folder, detect("photos/a-drawn --draw photos/a-drawn"));
  check_one_line(only, 3, {"no images but those"});
}

TEST_CASE("--out replaces what detect wrote, nothing else") {
  const TemporaryFolder folder;
  make_photo(folder / "photos/a.png");
  for (const std::string name : {"p.csv", "p.json"}) {
    CAPTURE(name);
    REQUIRE(run_program(folder, detect("photos --quiet --out " + name)).code == 0);
    CHECK(run_program(folder, detect("photos --quiet --out " + name)).code == 0);
  }
  const std::map<std::string, std::string> foreign = {
      {"labels.csv", "filename,x1,y1\na.png,12.5,14.25\n"},     // labels: the same header
      {"pixels.csv", "filename,x1,y1\na.png,12.500,14.250\n"},  // as another program writes them
      {"notes.csv", "name,age\nAnna,41\n"},
      {"data.json", "{\"points\": [1, 2]}\n"},
      {"gt.csv", read_text(folder / "p.csv")},  // a table of truth is one, whatever is in it
  };
  for (const auto& file : foreign) {
    const std::string& name = file.first;
    const std::string& text = file.second;
    CAPTURE(name);
    std::ofstream(folder / name) << text;
    check_one_line(run_program(folder, detect("photos --out " + name)), 2, {"--out " + name});
    CHECK(read_text(folder / name) == text);
    const Outcome meant = run_program(folder, detect("photos --quiet --overwrite --out " + name));
    CHECK(meant.code == (name == "gt.csv" ? 2 : 0));
    CHECK((read_text(folder / name) == text) == (name == "gt.csv"));
  }
  // Corrected by hand, predictions are labels.
  std::string corrected = read_text(folder / "p.csv");
  corrected.replace(corrected.rfind(','), std::string::npos, ",31.5\n");
  std::ofstream(folder / "p.csv") << corrected;
  check_one_line(run_program(folder, detect("photos --out p.csv")), 2, {"--overwrite"});
  CHECK(read_text(folder / "p.csv") == corrected);
  // Beside images/ a table of points may be the truth under another name.
  fs::create_directories(folder / "faces/images");
  std::ofstream(folder / "faces/points.csv") << corrected;
  check_one_line(run_program(folder, detect("photos --overwrite --out faces/points.csv")), 2, {"images beside it"});
  std::ofstream(folder / "empty.csv").flush();
  CHECK(run_program(folder, detect("photos --quiet --out empty.csv")).code == 0);
  fs::create_directories(folder / "folder.csv");
  check_one_line(run_program(folder, detect("photos --out folder.csv")), 2, {"folder.csv"});
}

TEST_CASE("the other commands replace nothing of the user's either") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 6 --size 40 --quiet").code == 0);
  const auto faces = contents(folder / "faces");
  const std::string image = "faces/images/" + fs::path(faces.rbegin()->first).filename().string();
  fs::create_directories(folder / "mine");
  std::ofstream(folder / "mine/letter.txt") << "dear";
  std::ofstream(folder / "search.toml") << "data = [\"faces\"]\nepochs = 1\ninput_size = 32\n[sweep]\nlr = [0.001]\n";
  check_one_line(run_program(folder, "synth mine --count 2"), 2, {"mine", "not empty"});
  check_one_line(run_program(folder, "synth mine/letter.txt --count 2"), 2, {"no folder"});
  check_one_line(run_program(folder, "kfold --folds 2 --data faces --epochs 1 --out mine"), 2, {"mine", "not empty"});
  check_one_line(run_program(folder, "sweep search.toml --out mine"), 2, {"mine", "not empty"});
  check_one_line(run_program(folder, "train --data faces --epochs 1 --json-log mine/letter.txt"), 2, {"letter.txt"});
  make_photo(folder / "mine/a.png");
  check_one_line(run_program(folder, "augment faces --out mine/a.png"), 2, {"mine/a.png", "--overwrite"});
  check_one_line(run_program(folder, "augment faces --overwrite --out " + image), 2, {"an image of the data set"});
  CHECK(run_program(folder, "augment faces --out mine/a.png --overwrite --count 1 --quiet").code == 0);
  CHECK(run_program(folder, "augment faces --out mine/a.png --count 1 --quiet").code == 0);
  CHECK(run_program(folder, "augment faces --out sheet.jpg --count 1 --quiet").code == 0);
  CHECK(run_program(folder, "augment faces --out sheet.jpg --count 1 --quiet").code == 0);
  std::ofstream(folder / "mine/page.html") << "<html>my page</html>";
  const std::string compare = "compare '" + run() + "' --quiet --out ";
  check_one_line(run_program(folder, compare + "mine/page.html"), 2, {"mine/page.html"});
  check_one_line(run_program(folder, compare + "'" + run() + "/report.html' --overwrite"), 2, {"the report of a run"});
  CHECK(run_program(folder, compare + "page.html").code == 0);
  CHECK(run_program(folder, compare + "page.html").code == 0);
  fs::create_directories(folder / "curves");
  std::ofstream(folder / "curves/lr_find.svg") << "<svg/>";
  check_one_line(run_program(folder, "lr-find --data faces --out curves"), 2, {"lr_find.svg"});
  CHECK(contents(folder / "faces") == faces);
  CHECK(read_text(folder / "mine/letter.txt") == "dear");
}

TEST_CASE("what cannot be printed is a failure, a reader that wants no more is none") {
  const TemporaryFolder folder;
  make_photo(folder / "a.png");
  for (const std::string& command :
       {std::string("--version"), std::string("help"), std::string("info"), std::string("plan small"),
        std::string("train --help"), std::string("train --data synth:20 --epochs 1 --out t " + kQuickTraining),
        "info '" + run() + "'", detect("a.png"), detect("a.png --out a.csv"), "eval '" + run() + "' --data synth:3",
        "eval '" + run() + "' --data synth:3 --json", "compare '" + run() + "'",
        std::string("synth s --count 2 --size 32")}) {
    CAPTURE(command);
    const Outcome full = run_shell(folder, "\"$FPCPU\" " + command + " >/dev/full");
    CHECK(full.code == 5);
    CHECK(contains(full.err, "standard output"));
    CHECK(run_shell(folder, "rm -rf t s; \"$FPCPU\" " + command + " >&-").code == 5);
    fs::remove_all(folder / "t");
    fs::remove_all(folder / "s");
  }
  const Outcome head = run_shell(folder, "{ \"$FPCPU\" plan resnet18 --train; echo $? >code; } | head -1; cat code");
  CHECK(contains(head.out, "training"));
  CHECK(head.out.ends_with("\n0\n"));
  CHECK_MESSAGE(head.err.empty(), head.err);
  // Longer than any pipe holds.
  const Outcome gone =
      run_shell(folder, "{ sleep 0.3; \"$FPCPU\" " + detect("a.png") + "; echo $? >code; } | true; cat code");
  CHECK(gone.out == "0\n");
  CHECK_MESSAGE(gone.err.empty(), gone.err);
}

TEST_CASE("the folder of a run stands for its model, and swapped arguments are put right") {
  const TemporaryFolder folder;
  make_photo(folder / "photos/a.png");
  const std::string file = "'" + run() + "/model.safetensors'";
  CHECK(run_program(folder, detect("photos")).out == run_program(folder, "detect " + file + " photos").out);
  for (const std::string& command : {std::string("info "), std::string("plan "), std::string("eval --data synth:4 ")}) {
    CAPTURE(command);
    const Outcome by_run = run_program(folder, command + "'" + run() + "'");
    CHECK_MESSAGE(by_run.code == 0, by_run.err);
    CHECK(by_run.out == run_program(folder, command + file).out);
  }
  check_one_line(run_program(folder, "detect photos '" + run() + "'"), 2,
                 {"the model comes first: fpcpu detect " + run() + " photos"});
  check_one_line(run_program(folder, "detect photos/a.png " + file), 2, {"the model comes first"});
  check_one_line(run_program(folder, "detect photos photos/a.png"), 3, {"photos holds no model.safetensors"});
  check_one_line(run_program(folder, "eval photos --data synth:4"), 3, {"photos holds no model.safetensors"});
}

TEST_CASE("JSON has the digits of single precision, and the table the same points") {
  const TemporaryFolder folder;
  make_photo(folder / "a.png");
  REQUIRE(run_program(folder, detect("a.png --quiet --out a.json")).code == 0);
  const std::string text = read_text(folder / "a.json");
  const std::string points = text.substr(text.find("\"points\":["));
  std::size_t longest = 0;
  std::size_t digits = 0;
  for (const char c : points) {
    digits = c >= '0' && c <= '9' ? digits + 1 : (c == '.' ? digits : 0);
    longest = std::max(longest, digits);
  }
  CHECK(longest <= 9);
  const auto found = nlohmann::json::parse(text);
  const std::string csv = run_program(folder, detect("a.png")).out;
  std::string row = csv.substr(csv.find('\n') + 1);
  for (const auto& v : found[0]["points"]) {
    row.erase(0, row.find(',') + 1);
    CHECK(std::stod(row) == doctest::Approx(v.get<double>()).epsilon(1e-4));
  }
}

TEST_CASE("detect --draw hears a signal within a second, keeps what it has found and says so") {
  const TemporaryFolder folder;
  Image photo{2600, 2000, 3, std::vector<std::uint8_t>(std::size_t{2600} * 2000 * 3)};
  std::uint32_t noise = 1;
  for (std::uint8_t& v : photo.pixels) v = static_cast<std::uint8_t>((noise = noise * 1664525U + 1013904223U) >> 28U);
  fs::create_directories(folder / "photos");
  write_image(folder / "photos/0.jpg", photo, 60);
  for (int i = 1; i < 60; ++i) fs::copy_file(folder / "photos/0.jpg", folder / "photos" / (std::to_string(i) + ".jpg"));
  const Outcome o = run_shell(
      folder, "\"$FPCPU\" " + detect("photos --out p.csv --draw drawn") +
                  " & pid=$!; for i in $(seq 600); do [ -n \"$(ls drawn 2>/dev/null)\" ] && break; sleep 0.02; done; "
                  "kill -TERM $pid; start=$(date +%s%N); wait $pid; code=$?; "
                  "echo ms $((($(date +%s%N) - start) / 1000000)); exit $code");
  CHECK(o.code == 130);
  CHECK(contains(o.err, "interrupted after"));
  const std::string csv = read_text(folder / "p.csv");
  const auto rows = std::count(csv.begin(), csv.end(), '\n') - 1;
  CHECK(rows >= 1);
  CHECK(rows < 60);
  for (const auto& entry : fs::directory_iterator(folder / "drawn")) {
    CHECK_MESSAGE(is_own_drawing(entry.path()), entry.path().string());  // whole ones only
  }
  const std::size_t at = o.out.find("ms ");
  REQUIRE(at != std::string::npos);
  // It hears the signal within a second; on a machine that is busy with other things that takes longer.
  CHECK_MESSAGE(std::stoi(o.out.substr(at + 3)) < 10'000, o.out);
}
