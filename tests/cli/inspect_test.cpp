// SPDX-License-Identifier: MIT
// fpcpu inspect, and what the other commands say of data that are wrong.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "cli/program.hpp"
#include "core/file.hpp"
#include "data/synth.hpp"
#include "report/html_page.hpp"

using namespace fpcpu;
using test::check_one_line;
using test::contains;
using test::Outcome;
using test::read_text;
using test::run_program;
using test::TemporaryFolder;

namespace {

/// One number of the table replaced.
void spoil(const std::filesystem::path& table, int line, int column, const std::string& value) {
  std::istringstream in(read_text(table));
  std::ofstream out(table);
  std::string text;
  for (int l = 1; std::getline(in, text); ++l) {
    std::istringstream cells(text);
    std::string cell;
    for (int c = 1; std::getline(cells, cell, ','); ++c)
      out << (c > 1 ? "," : "") << (l == line && c == column ? value : cell);
    out << '\n';
  }
}

}  // namespace

TEST_CASE("inspect prints a block for each finding and a summary, and draws the faces concerned") {
  const TemporaryFolder folder;
  write_synth_folder(folder / "faces", 20, 1, 40);
  const Outcome good = run_program(folder, "inspect faces synth:8");
  CHECK_MESSAGE(good.code == 0, good.err);
  CHECK(contains(good.out, "note [mirror]"));
  CHECK(contains(good.out, "28 faces, 14 points: 0 refusals, 0 warnings"));

  spoil(folder / "faces/gt.csv", 5, 10, "2000");
  const Outcome warned = run_program(folder, "inspect faces --html page.html");
  CHECK_MESSAGE(warned.code == 0, warned.err);
  CHECK(contains(warned.out, "warning [outlier]\n  faces/gt.csv line 5: x5 = 2000, expected about"));
  CHECK(contains(warned.out, "0 refusals, 1 warning\n"));
  CHECK(run_program(folder, "inspect faces --html page.html").code == 0);  // replaces its own page, no other one
  write_file_atomically(folder / "report.html", html::page("report", "run", ""));
  CHECK(run_program(folder, "inspect faces --html report.html").code == 2);
  const std::string page = read_text(folder / "page.html");
  CHECK(contains(page, "Points far from where they should be"));
  CHECK(contains(page, "line 5, point 5"));
  CHECK(contains(page, "class=\"found\" cx=\"2000\""));
  CHECK(contains(page, "viewBox=\"-0.5 -0.5 81.7 "));  // reaches as far beside the image as that is wide
  CHECK(contains(page, "data:image/jpeg"));
  CHECK(contains(run_program(folder, "inspect faces --accept outlier").out, "0 refusals, 0 warnings"));

  spoil(folder / "faces/gt.csv", 6, 2, "0");
  spoil(folder / "faces/gt.csv", 6, 3, "0");
  for (int c = 4; c < 9; ++c) spoil(folder / "faces/gt.csv", 6, c, "0");
  const Outcome refused = run_program(folder, "inspect faces --quiet");
  CHECK(refused.code == 3);
  CHECK(contains(refused.out, "refusal [missing]\n  faces/gt.csv line 6: 3 points stand at exactly (0,0)"));
  check_one_line(run_program(folder, "inspect"), 2, {"needs faces"});
  check_one_line(run_program(folder, "inspect faces --accept mising"), 2, {"Did you mean 'missing'?"});
  check_one_line(run_program(folder, "train --fast --data faces"), 3, {"line 6", "--missing 0"});
  check_one_line(run_program(folder, "eval --pred faces/gt.csv --data faces"), 3, {"--accept missing"});
  const Outcome meant = run_program(folder, "eval --pred faces/gt.csv --data faces --accept missing");
  CHECK(meant.code == 0);
  CHECK(contains(meant.err, "note: accepted: faces/gt.csv line 6"));
}
