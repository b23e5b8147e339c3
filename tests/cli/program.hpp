// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fpcpu::test {

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

[[nodiscard]] inline std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Runs a shell command in `folder`; $FPCPU is the program under test.
[[nodiscard]] inline Outcome run_shell(const TemporaryFolder& folder, const std::string& command) {
  const auto out = folder / ".out";
  const auto err = folder / ".err";
  const std::string line = "cd '" + folder.path().string() + "' && export FPCPU='" FPCPU_PROGRAM "' && { " + command +
                           " ; } >'" + out.string() + "' 2>'" + err.string() + "'";
  const int status = std::system(line.c_str());
  Outcome outcome{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_text(out), read_text(err)};
  std::filesystem::remove(out);
  std::filesystem::remove(err);
  return outcome;
}

/// Runs the program with arguments.
[[nodiscard]] inline Outcome run_program(const TemporaryFolder& folder, const std::string& arguments) {
  return run_shell(folder, "\"$FPCPU\" " + arguments);
}

/// A failure as users should see it: its exit code and one line with all of `parts` on standard error.
inline void check_one_line(const Outcome& o, int code, const std::vector<std::string>& parts) {
  CHECK_MESSAGE(o.code == code, o.err);
  CHECK_MESSAGE(std::count(o.err.begin(), o.err.end(), '\n') == 1, o.err);
  for (const std::string& part : parts) CHECK_MESSAGE(contains(o.err, part), o.err << " lacks " << part);
}

}  // namespace fpcpu::test
