// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>

#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/search_display.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/search.hpp"

namespace fpcpu::cli {

namespace {

constexpr const char* kSweepExamples = R"(
FILE.toml holds options of train, and under [sweep] what varies (docs/sweep.md):

  data = ["faces"]
  epochs = 20
  [sweep]
  lr = [0.001, 0.002, 0.004]
  loss = ["mse", "wing"]
  seeds = [1, 2, 3]

Examples:
  fpcpu sweep search.toml --dry-run                 # check it, list the trainings
  fpcpu sweep search.toml --out runs/search         # again: go on, or help another process
)";

void print_ranking(const SweepResult& r) {
  std::size_t width = 4;
  for (const RankedSetting& s : r.ranking) width = std::max(width, s.name.size());
  std::printf("rank  %-*s  runs  mse100            NME %%             by            seconds\n", static_cast<int>(width),
              "name");
  for (std::size_t i = 0; i < r.ranking.size(); ++i) {
    const RankedSetting& s = r.ranking[i];
    std::printf("%4zu  %-*s  %4zu  %-16s  %-16s  %-12s  %.1f%s\n", i + 1, static_cast<int>(width), s.name.c_str(),
                s.runs.size(), mean_and_spread(s.mse100).c_str(), mean_and_spread(s.nme, 100).c_str(),
                s.nme_by.empty() ? "-" : s.nme_by.c_str(), s.seconds.mean,
                s.failures.empty() ? "" : ("  " + std::to_string(s.failures.size()) + " not finite").c_str());
  }
  std::printf("ranking %s/ranking.csv\n", r.folder.c_str());
}

}  // namespace

int run_sweep(const std::vector<std::string_view>& arguments) {
  Arguments a("sweep", "sweep FILE.toml [options]", "Trains with many settings and ranks them by validation error.",
              kSweepExamples);
  a.option("out", "DIR", "folder of all trainings; default runs/NAME for NAME.toml", "run");
  a.flag("dry-run", "check the file and list the trainings", "run");
  if (!a.parse(arguments)) return kDone;
  if (a.positional().size() != 1) throw Error(ErrorCode::usage, "fpcpu sweep needs one FILE.toml.");
  const std::string& file = a.positional().front();
  if (a.has("dry-run")) {
    if (a.has("out")) throw Error(ErrorCode::usage, "--dry-run writes nothing; leave --out out.");
    for (const std::string& name : list_sweep(file)) std::printf("%s\n", name.c_str());
    return kDone;
  }
  SweepOptions options;
  options.file = file;
  options.out = a.text("out");
  options.threads = a.threads();
  options.isa = a.isa();
  SearchDisplay display(a.quiet());
  catch_interrupt();
  const SweepResult result = sweep(options, display.callbacks());
  display.clear();
  if (!a.quiet()) print_ranking(result);
  if (!result.interrupted) return kDone;
  if (!a.quiet()) std::printf("interrupted; the same command goes on\n");
  return kInterrupted;
}

}  // namespace fpcpu::cli
