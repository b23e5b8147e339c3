// SPDX-License-Identifier: MIT
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/train_arguments.hpp"
#include "cli/train_monitor.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/trainer.hpp"

namespace fpcpu::cli {

namespace {

constexpr const char* kTrainExamples = R"(
Examples:
  fpcpu train                                            # built-in faces, folder runs/train
  fpcpu train --data faces --val more_faces --epochs 60
  fpcpu train --data synth:4000 --model bn --loss wing --augment full --out runs/wing
  fpcpu train --data faces --time 10m --auto             # the best that fits into ten minutes
  fpcpu train --resume runs/wing                         # go on after Ctrl-C
  fpcpu train --resume runs/wing --epochs 60             # longer than it was meant to be
  fpcpu train --config runs/wing/config.toml             # the same run again, bit for bit
  fpcpu train --tensorboard --json-log -                 # for other programs to follow
  fpcpu train --fast                                     # one short epoch, writes nothing
)";

/// --auto chooses what the command line does not say.
void leave_open(const Arguments& a, TrainOptions& options) {
  for (const char* other : {"resume", "config"}) {
    if (a.has(other)) {
      throw Error(ErrorCode::usage, std::string("--") + other + " says what to train with; leave --auto out.");
    }
  }
  options.automatic = true;
  if (!a.has("batch")) options.batch = 0;
  if (!a.has("input-size")) options.input_size = 0;
  if (!a.has("lr")) options.lr = 0;
  if (!a.has("epochs")) options.epochs = 0;
}

}  // namespace

int run_train(const std::vector<std::string_view>& arguments) {
  Arguments a("train", "train [options]", "Trains a detector on faces with points and writes a run folder.",
              kTrainExamples);
  a.option("out", "RUN", "run folder; default runs/train, runs/train2, ...", "run");
  a.flag("auto", "choose batch, input size, lr and epochs from data, cores and --time, as far as they are not given",
         "run");
  add_resume_option(a,
                    "go on with a stopped run; --data, --val: where its faces are now; --epochs, --time: prolong it");
  a.flag("changed-data", "with --resume: go on although images or labels have changed", "run");
  a.flag("fast", "one epoch of a few batches, nothing is written: does training work?", "run");
  add_train_options(a);
  a.option("json-log", "FILE", "append events for machines, one JSON object a line; - = standard output (none)", "run");
  if (!a.parse(arguments)) return kDone;
  TrainOptions options = read_train_options(a, true);
  if (a.has("time") && a.has("epochs")) {
    throw Error(ErrorCode::usage, "--time chooses the number of epochs; leave --epochs out.");
  }
  if (a.has("epochs")) options.time.clear();  // of a configuration file
  if (a.has("auto")) leave_open(a, options);
  RunOptions run = read_run_options(a);
  run.fast = a.has("fast");
  run.changed_data = a.has("changed-data");
  if (a.has("resume")) run.changes = read_changes(a);
  if (run.changed_data && run.resume.empty()) {
    throw Error(ErrorCode::usage, "--changed-data is for a run to --resume.");
  }

  TrainMonitor monitor(a.quiet(), a.text("json-log"));
  catch_interrupt();
  monitor.start(options, run);
  try {
    const TrainResult result = train(options, run, monitor.callbacks());
    monitor.finish(result);
    if (result.diverged) throw Error(ErrorCode::numeric, result.finding);
    return result.interrupted ? kInterrupted : kDone;
  } catch (const Error& e) {
    monitor.fail(e);
    throw;
  }
}

}  // namespace fpcpu::cli
