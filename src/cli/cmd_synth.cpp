// SPDX-License-Identifier: MIT
#include <cstdio>
#include <filesystem>

#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/live_line.hpp"
#include "cli/terminal_text.hpp"
#include "core/file.hpp"
#include "core/new_folder.hpp"
#include "data/synth.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu::cli {

namespace {

constexpr const char* kSynthExamples = R"(
Examples:
  fpcpu synth faces --count 500
  fpcpu synth faces --count 36 --seed 7 --size 128
)";

}  // namespace

int run_synth(const std::vector<std::string_view>& arguments) {
  Arguments a("synth", "synth DIR --count N [options]",
              "Writes procedural faces with 14 points: DIR/gt.csv and DIR/images/.", kSynthExamples);
  a.option("count", "N", "number of faces (required)", "output");
  a.option("seed", "S", "of every random number (1)", "output");
  a.option("size", "PX", "side of the images; 0 = mixed sizes (0)", "output");
  if (!a.parse(arguments)) return kDone;
  if (a.positional().size() != 1 || !a.has("count")) {
    throw Error(ErrorCode::usage, "fpcpu synth needs a folder and a number, e.g. fpcpu synth faces --count 500");
  }
  if (std::filesystem::exists(text_path(a.positional().front()) / "gt.csv")) {
    throw Error(ErrorCode::usage, a.positional().front() + " already holds a gt.csv. Choose another folder.");
  }
  check_new_folder(text_path(a.positional().front()));
  const auto count = static_cast<std::size_t>(a.integer("count", 0, 1, 10'000'000));
  const auto seed = static_cast<std::uint64_t>(a.integer("seed", 1, 0, 1'000'000'000'000'000'000));
  LiveLine live(!a.quiet());
  const auto progress = [&](std::size_t done) {
    live.show(bar(static_cast<double>(done) / static_cast<double>(count), 30) + " " + std::to_string(done) + "/" +
              std::to_string(count));
  };
  progress(0);
  write_synth_folder(text_path(a.positional().front()), count, seed, static_cast<int>(a.integer("size", 0, 0, 1024)),
                     progress);
  live.clear();
  if (!a.quiet()) std::printf("%zu faces in %s\n", count, a.positional().front().c_str());
  return kDone;
}

}  // namespace fpcpu::cli
