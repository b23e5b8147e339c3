// SPDX-License-Identifier: MIT
// Too little memory, too few threads: one line and exit code 5, never a crash and never "bug".

#include <doctest/doctest.h>

#include <string>

#include "cli/program.hpp"
#include "support/sanitized.hpp"

namespace fpcpu {
namespace {

using test::contains;
using test::Outcome;
using test::run_program;
using test::run_shell;

#if !defined(FPCPU_SANITIZED)

/// Lines of standard error that are errors: progress may stand before them.
long error_lines(const std::string& text) {
  long count = 0;
  for (std::size_t at = text.find("error["); at != std::string::npos; at = text.find("error[", at + 1)) ++count;
  return count;
}

void check_done_or_short_of_means(const Outcome& o, const std::string& what) {
  CAPTURE(what);
  CAPTURE(o.err);
  // 127: the loader had no memory for the libraries, before the program began.
  const bool ended_well = o.code == 0 || o.code == 5 || o.code == 127;
  CHECK_MESSAGE(ended_well, o.code);
  if (o.code == 5) {
    CHECK(error_lines(o.err) == 1);
    CHECK(contains(o.err, "error[resource]: "));
  }
}

/// Whether a command under `ulimit -v` is refused memory, which is said in one line; else it must be done.
bool is_refused(const test::TemporaryFolder& folder, int kilobytes, const std::string& command) {
  const Outcome o =
      run_shell(folder, "(ulimit -v " + std::to_string(kilobytes) + "; \"$FPCPU\" " + command + " >/dev/null)");
  check_done_or_short_of_means(o, std::to_string(kilobytes) + " KB: " + command);
  return o.code == 5;
}

TEST_CASE("with little memory every command ends with 5 and one line") {
  const test::TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 12 --size 64 --quiet").code == 0);
  REQUIRE(run_program(folder, "train --data faces --epochs 1 --batch 4 --out run --quiet").code == 0);
  int refused = 0;
  for (const int kilobytes : {12'000, 20'000, 28'000, 36'000, 44'000, 60'000, 90'000, 250'000}) {
    for (const char* command :
         {"info", "info run/model.safetensors", "plan small --train", "detect run/model.safetensors faces/images",
          "eval run/model.safetensors --data faces", "train --data faces --fast"}) {
      refused += is_refused(folder, kilobytes, std::string(command) + " --threads 2") ? 1 : 0;
    }
  }
  CHECK(refused >= 5);  // else the limits have no effect here
}

TEST_CASE("with little memory pictures are drawn, or not drawn with 5 and one line") {
  const test::TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 6 --size 700 --quiet").code == 0);
  REQUIRE(run_program(folder, "train --data synth:20 --epochs 1 --batch 4 --out run --quiet").code == 0);
  int refused = 0;
  const auto check = [&](int kilobytes, const std::string& command) {
    refused += is_refused(folder, kilobytes, command) ? 1 : 0;
  };
  for (int kilobytes = 24'000; kilobytes <= 96'000; kilobytes += 6'000) {
    for (const char* threads : {"2", "4"}) {
      check(kilobytes, std::string("detect run faces/images --draw drawn --threads ") + threads);
    }
    check(kilobytes, "augment faces --out sheet.png");
  }
  for (int kilobytes = 16'000; kilobytes <= 30'000; kilobytes += 1'000) check(kilobytes, "inspect faces --threads 2");
  CHECK(refused >= 2);
}

TEST_CASE("a system that refuses threads is named") {
  const test::TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 12 --size 64 --quiet").code == 0);
  // Threads ask for a stack each: 4 GB of them do not fit into 1 GB.
  const Outcome o = run_shell(folder,
                              "(ulimit -v 1000000; ulimit -s 1000000; \"$FPCPU\" train --data faces --fast "
                              "--threads 4 >/dev/null)");
  CHECK_MESSAGE(o.code == 5, o.err);
  CHECK_MESSAGE(contains(o.err, "thread"), o.err);
  CHECK(error_lines(o.err) == 1);
}

TEST_CASE("little is allocated before a command begins") {
  const test::TemporaryFolder folder;
  const Outcome o = run_shell(folder, "LD_PRELOAD='" FPCPU_ALLOCATION_COUNTER "' \"$FPCPU\" --version");
  REQUIRE(o.code == 0);
  REQUIRE_MESSAGE(contains(o.err, "allocations "), o.err);
  const long count = std::stol(o.err.substr(o.err.find("allocations ") + 12));
  CHECK(count > 0);  // else nothing was counted
  CHECK(count < 500);
}

#endif

}  // namespace
}  // namespace fpcpu
