#include <cmath>
#include <cstdio>
#include <filesystem>

#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/train_arguments.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/trainer.hpp"
#include "train/epoch_line.hpp"

namespace fpcpu::cli {

namespace {

constexpr const char* kExamples = R"(
Examples:
  fpcpu train                                            # built-in faces, folder runs/train
  fpcpu train --data faces --val more_faces --epochs 60
  fpcpu train --data synth:4000 --model bn --loss wing --augment full --out runs/wing
  fpcpu train --data faces --time 10m --auto             # the best that fits into ten minutes
  fpcpu train --resume runs/wing                         # go on after Ctrl-C
  fpcpu train --config runs/wing/config.toml             # the same run again, bit for bit
  fpcpu train --fast                                     # one short epoch, writes nothing
)";

/// --auto chooses what the command line does not say.
void leave_open(const Arguments& a, TrainOptions& options) {
  if (a.has("resume")) throw Error(ErrorCode::usage, "--resume takes its options from the run; leave --auto out.");
  options.automatic = true;
  if (!a.has("batch")) options.batch = 0;
  if (!a.has("input-size")) options.input_size = 0;
  if (!a.has("lr")) options.lr = 0;
  if (!a.has("epochs")) options.epochs = 0;
}

std::string live_text(const StepProgress& p) {
  char text[200];
  const double part = static_cast<double>(p.batch) / p.batches;
  std::snprintf(text, sizeof(text), "epoch %d/%d %s %3.0f %%  loss %.4f  mse100 %.2f  %.0f img/s  %s left", p.epoch,
                p.epochs, bar(part, 20).c_str(), 100 * part, p.loss, p.mse100, p.images_per_s,
                duration(p.seconds_left).c_str());
  return text;
}

void print_result(const TrainResult& r) {
  if (r.run.empty()) {
    std::printf("training works: mse100 %.2f after a few batches; nothing was written\n", r.train_mse100);
    return;
  }
  if (!std::isnan(r.val_mse100)) {
    std::printf("best epoch %d: mse100 %.2f, NME %.2f %%\n", r.best_epoch, r.val_mse100, 100 * r.val_nme);
  }
  std::printf("model   %s\nreport  %s\n", r.model.c_str(),
              (std::filesystem::path(r.run) / "report.html").string().c_str());
  if (r.interrupted) std::printf("interrupted; go on with: fpcpu train --resume %s\n", r.run.c_str());
}

}  // namespace

int run_train(const std::vector<std::string_view>& arguments) {
  Arguments a("train", "train [options]", "Trains a detector on faces with points and writes a run folder.", kExamples);
  a.option("out", "RUN", "run folder; default runs/train, runs/train2, ...", "run");
  a.flag("auto", "choose batch, input size, lr and epochs from data, cores and --time, as far as they are not given",
         "run");
  add_resume_option(a, "go on with a stopped run");
  a.flag("fast", "one epoch of a few batches, nothing is written: does training work?", "run");
  add_train_options(a);
  if (!a.parse(arguments)) return kDone;
  TrainOptions options = read_train_options(a);
  if (a.has("time") && a.has("epochs")) {
    throw Error(ErrorCode::usage, "--time chooses the number of epochs; leave --epochs out.");
  }
  if (a.has("auto")) leave_open(a, options);
  RunOptions run = read_run_options(a);
  run.fast = a.has("fast");

  const bool quiet = a.quiet();
  LiveLine live(!quiet);
  TrainCallbacks callbacks;
  callbacks.stop = interrupted;
  callbacks.notice = [&](const std::string& text) {
    live.clear();
    std::fprintf(stderr, "note: %s\n", text.c_str());
  };
  if (!quiet) {
    callbacks.message = [&](const std::string& text) {
      live.clear();
      std::printf("%s\n", text.c_str());
      std::fflush(stdout);
    };
    callbacks.epoch = [&](const EpochResult& r) { callbacks.message(epoch_line(r)); };
    callbacks.step = [&](const StepProgress& p) { live.show(live_text(p)); };
  }
  catch_interrupt();
  const TrainResult result = train(options, run, callbacks);
  live.clear();
  if (!quiet) print_result(result);
  return result.interrupted ? kInterrupted : kDone;
}

}  // namespace fpcpu::cli
