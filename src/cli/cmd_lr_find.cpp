// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>
#include <cstdio>

#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/live_line.hpp"
#include "cli/terminal_text.hpp"
#include "cli/train_arguments.hpp"
#include "cli/train_monitor.hpp"
#include "core/duration.hpp"
#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/search.hpp"
#include "search/lr_curve.hpp"
#include "train/run_folder.hpp"

namespace fpcpu::cli {

namespace {

constexpr const char* kLrFindExamples = R"(
The learning rate rises from step to step; the loss first falls and then explodes. Suggested is half the rate
at which the smoothed loss is lowest.

Examples:
  fpcpu lr-find                                     # default model, built-in faces
  fpcpu lr-find --data faces --model bn --optimizer sgd --out runs/lr
  fpcpu lr-find --data faces --from 1e-5 --to 10 --steps 400
)";

// What only a whole training has; --lr and the schedule are what the test replaces.
constexpr std::array<std::string_view, 14> kNoPart = {
    "lr",    "schedule",         "warmup",      "epochs",     "time",       "patience", "ema",
    "gamma", "plateau-patience", "final-ratio", "drop-every", "milestones", "aug-calm", "tensorboard"};

void print_curve(const LrFindResult& r) {
  constexpr std::size_t kRows = 16;
  double low = r.curve.front().smoothed;
  double high = low;
  for (const LrPoint& p : r.curve) {
    low = std::min(low, p.smoothed);
    high = std::max(high, p.smoothed);
  }
  std::printf("       lr        loss    smoothed\n");
  const std::size_t stride = (r.curve.size() + kRows - 1) / kRows;
  for (std::size_t i = 0; i < r.curve.size(); i += stride) {
    const LrPoint& p = r.curve[i];
    const double part = high > low ? (p.smoothed - low) / (high - low) : 0;
    std::printf("%9.2e  %10.4g  %10.4g  %s\n", p.lr, p.loss, p.smoothed, bar(part, 30).c_str());
  }
}

void print_reading(const LrFindResult& r) {
  std::printf("%s\n", r.diverged ? "stopped: the loss exploded" : "the loss did not explode up to the highest rate");
  if (std::isnan(r.suggestion)) {
    std::printf("no suggestion: the smoothed loss never fell by 10 %%; try a wider range or more --steps\n");
    return;
  }
  std::printf(
      "lowest smoothed loss at %.2g, steepest fall at %.2g\nsuggestion: --lr %.2g   (half the rate of the lowest "
      "loss)\n",
      r.lowest, r.steepest, r.suggestion);
}

}  // namespace

int run_lr_find(const std::vector<std::string_view>& arguments) {
  Arguments a("lr-find", "lr-find [options]", "Finds a learning rate: raises it step by step and watches the loss.",
              kLrFindExamples);
  a.option("from", "RATE", "first learning rate (1e-6)", "lr-find");
  a.option("to", "RATE", "last learning rate (1)", "lr-find");
  a.option("steps", "N", "training steps (200)", "lr-find");
  a.option("out", "DIR", "folder for lr_find.svg and lr_find.csv; default runs/lr-find, runs/lr-find2, ...", "run");
  add_train_options(a, kNoPart);
  if (!a.parse(arguments)) return kDone;
  LrFindOptions find;
  find.from = a.number("from", find.from, 1e-30, 1e6);
  find.to = a.number("to", find.to, 1e-30, 1e6);
  find.steps = static_cast<int>(a.integer("steps", find.steps, 10, 1'000'000));

  const std::filesystem::path folder = a.has("out") ? text_path(a.text("out")) : free_run_folder("lr-find");
  for (const char* name : {"lr_find.csv", "lr_find.svg"}) {
    if (!std::filesystem::exists(folder / name)) continue;
    throw Error(ErrorCode::usage, path_text(folder) + " already holds an " + name + ". Choose another --out.");
  }
  const bool quiet = a.quiet();
  LiveLine live(!quiet);
  TrainCallbacks callbacks;
  callbacks.stop = interrupted;
  callbacks.notice = [&](const std::string& text) { live.print("note: " + text, stderr); };
  if (!quiet) {
    callbacks.message = [&](const std::string& text) { live.print(text, stdout); };
    callbacks.phase = [&](const PhaseProgress& p) { live.show(live_text(p)); };
    callbacks.step = [&](const StepProgress& p) {
      char text[200];
      const double part = static_cast<double>(p.batch) / p.batches;
      std::snprintf(text, sizeof(text), "step %d/%d %s  lr %.2e  loss %.4g  %s left", p.batch, p.batches,
                    bar(part, 20).c_str(), find.from * std::pow(find.to / find.from, part), p.loss,
                    duration(p.seconds_left).c_str());
      live.show(text);
    };
  }
  catch_interrupt();
  const LrFindResult result = find_lr(read_train_options(a), find, read_run_options(a), callbacks);
  live.clear();
  if (result.interrupted) {
    if (!quiet) std::printf("interrupted; nothing was written\n");
    return kInterrupted;
  }
  make_folder(folder);
  write_file_atomically(folder / "lr_find.csv", lr_curve_csv(result));
  if (result.curve.size() > 1) write_file_atomically(folder / "lr_find.svg", lr_curve_svg(result));
  if (!quiet && !result.curve.empty()) print_curve(result);
  if (!quiet) print_reading(result);
  if (!quiet) {
    const char* name = result.curve.size() > 1 ? "lr_find.svg" : "lr_find.csv";
    std::printf("curve   %s\n", path_text(folder / name).c_str());
  }
  return kDone;
}

}  // namespace fpcpu::cli
