// SPDX-License-Identifier: MIT
// What a terminal shows: the live line, and what takes its place in a pipe.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/program.hpp"
#include "cli/terminal_text.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::contains;

namespace {

/// All that the program writes to a terminal so many columns wide; `narrower` becomes its width after the first line.
std::string run_in_terminal(const test::TemporaryFolder& folder, unsigned short columns, unsigned short narrower,
                            const std::vector<std::string>& arguments) {
  winsize size{};
  size.ws_row = 24;
  size.ws_col = columns;
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
  REQUIRE(child >= 0);
  if (child == 0) {
    std::vector<char*> argv;
    std::string program = FPCPU_PROGRAM;
    argv.push_back(program.data());
    std::vector<std::string> copies = arguments;
    for (std::string& a : copies) argv.push_back(a.data());
    argv.push_back(nullptr);
    setenv("TERM", "xterm", 1);
    if (chdir(folder.path().c_str()) == 0) execv(program.c_str(), argv.data());
    _exit(127);
  }
  std::string all;
  char buffer[4096];
  bool resized = false;
  for (ssize_t n = 0; (n = read(terminal, buffer, sizeof(buffer))) > 0;) {
    all.append(buffer, static_cast<std::size_t>(n));
    if (!resized && contains(all, "epoch ")) {
      size.ws_col = narrower;
      ioctl(terminal, TIOCSWINSZ, &size);
      all += "<RESIZED>";
      resized = true;
    }
  }
  close(terminal);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  return all;
}

/// The texts that stood on the live line: between "\r" and "\x1b[K".
std::vector<std::string> live_lines(const std::string& output) {
  std::vector<std::string> lines;
  for (std::size_t end = output.find("\x1b[K"); end != std::string::npos; end = output.find("\x1b[K", end + 1)) {
    const std::size_t start = output.rfind('\r', end);
    lines.push_back(output.substr(start + 1, end - start - 1));
  }
  return lines;
}

}  // namespace

TEST_CASE("text is measured and cut by the columns it takes") {
  using cli::display_width;
  using cli::fit_to_columns;
  CHECK(display_width("abc") == 3);
  CHECK(display_width("\xC3\xA4") == 1);                  // a umlaut
  CHECK(display_width("a\xCC\x88") == 1);                 // a and a combining diaeresis
  CHECK(display_width("\xE9\xA1\x94\xE5\x86\x99") == 4);  // two Chinese characters
  CHECK(display_width("\xF0\x9F\x98\x80") == 2);          // an emoji
  CHECK(display_width("\xFF\xE9") == 2);                  // no UTF-8
  CHECK(fit_to_columns("abcdef", 4) == "abcd");
  CHECK(fit_to_columns("\xE9\xA1\x94\xE5\x86\x99", 3) == "\xE9\xA1\x94");
  CHECK(fit_to_columns("a\nb\tc\x1b", 10) == "a b c ");
  CHECK(fit_to_columns("", 4).empty());
  CHECK(cli::bar(0.5, 4) == "[##..]");
  CHECK(cli::bar(7, 2) == "[##]");
}

TEST_CASE("in a terminal one line is rewritten in place and never as wide as the terminal, also after a resize") {
  const test::TemporaryFolder folder;
  const std::string output = run_in_terminal(folder, 60, 24,
                                             {"train", "--data", "synth:160", "--epochs", "12", "--input-size", "32",
                                              "--batch", "8", "--out", "\xE9\xA1\x94\xE5\x86\x99"});
  const std::size_t resized = output.find("<RESIZED>");
  REQUIRE(resized != std::string::npos);
  for (const std::string& line : live_lines(output.substr(0, resized))) CHECK(cli::display_width(line) < 60);
  // What was on its way when the terminal shrank may still have the old width.
  const std::vector<std::string> after = live_lines(output.substr(resized));
  REQUIRE(after.size() > 3);
  CHECK(std::count_if(after.begin() + 2, after.end(), [](const auto& l) { return cli::display_width(l) >= 24; }) == 0);
  CHECK(contains(output, "12/12"));
  // A quick machine may draw no line in some of the epochs.
  CHECK(std::ranges::any_of(live_lines(output), [](const auto& l) { return contains(l, "/12"); }));
  // The old line is overwritten, not erased first: an empty line is drawn only to make room for a lasting one.
  CHECK_FALSE(contains(output, "\r\x1b[K"));
}

TEST_CASE("in a pipe there are plain lines: one for each epoch, and no control characters") {
  const test::TemporaryFolder folder;
  const test::Outcome o =
      test::run_program(folder, "train --data synth:60 --epochs 3 --input-size 32 --batch 8 --out run");
  CHECK(o.code == 0);
  // On a machine that is busy with other things a long silence may be broken there; epochs stand on the other stream.
  CHECK_FALSE(contains(o.err, "epoch"));
  CHECK_FALSE(contains(o.err, "warning"));
  CHECK_FALSE(contains(o.out + o.err, "\x1b"));
  CHECK_FALSE(contains(o.out + o.err, "\r"));
  for (const char* line : {"\nepoch ", "\n  1/3 ", "\n  2/3 ", "\n  3/3 ", "\nreport  run"}) {
    CHECK_MESSAGE(contains(o.out, line), line);
  }
}

TEST_CASE("long silence is broken: a progress line every few seconds in a pipe") {
  const test::TemporaryFolder folder;
  // The points of so many faces take longer than that, before the first picture is drawn.
  const test::Outcome o = test::run_shell(
      folder,
      "\"$FPCPU\" synth faces --count 1000000 --size 200 & pid=$!; sleep 6.5; kill -9 $pid; wait $pid 2>/dev/null");
  CHECK(o.code == 137);
  CHECK(contains(o.err, "/1000000"));
}
