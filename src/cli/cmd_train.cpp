#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/train_monitor.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/trainer.hpp"
#include "train/config.hpp"

namespace fpcpu::cli {

namespace {

constexpr const char* kExamples = R"(
Examples:
  fpcpu train                                            # built-in faces, folder runs/train
  fpcpu train --data faces --val more_faces --epochs 60
  fpcpu train --data synth:4000 --model bn --loss wing --augment full --out runs/wing
  fpcpu train --resume runs/wing                         # go on after Ctrl-C
  fpcpu train --config runs/wing/config.toml             # the same run again, bit for bit
  fpcpu train --tensorboard --json-log -                 # for other programs to follow
  fpcpu train --fast                                     # one short epoch, writes nothing
)";

bool is_repeated(const ConfigKey& key) {
  return std::holds_alternative<std::vector<std::string> TrainOptions::*>(key.field);
}

bool is_switch(const ConfigKey& key) { return std::holds_alternative<bool TrainOptions::*>(key.field); }

TrainOptions read_options(const Arguments& a) {
  TrainOptions options;
  if (a.has("config") && a.has("resume")) {
    throw Error(ErrorCode::usage, "--resume takes its options from the run; leave --config out.");
  }
  if (a.has("config")) read_config(a.text("config"), options);
  for (const ConfigKey& key : config_keys()) {
    const std::string name(key.name);
    if (!a.has(name)) continue;
    if (a.has("resume")) {
      throw Error(ErrorCode::usage, "--resume takes its options from the run; leave --" + name + " out.");
    }
    if (is_switch(key)) {
      set_option(options, key, "true");
      continue;
    }
    if (is_repeated(key)) options.data.clear();
    for (const std::string& value : a.texts(name)) set_option(options, key, value);
  }
  return options;
}

}  // namespace

int run_train(const std::vector<std::string_view>& arguments) {
  Arguments a("train", "train [options]", "Trains a detector on faces with points and writes a run folder.", kExamples);
  a.option("out", "RUN", "run folder; default runs/train, runs/train2, ...", "run");
  a.option("config", "FILE", "read options from a configuration file; options on the command line win", "run");
  a.option("resume", "RUN", "go on with a stopped run", "run");
  a.flag("fast", "one epoch of a few batches, nothing is written: does training work?", "run");
  a.option("json-log", "FILE", "append events for machines, one JSON object a line; - = standard output", "run");
  for (const ConfigKey& key : config_keys()) {
    if (is_switch(key)) {
      a.flag(std::string(key.name), std::string(key.help), std::string(key.group));
      continue;
    }
    a.option(std::string(key.name), std::string(key.value), std::string(key.help), std::string(key.group),
             is_repeated(key));
  }
  if (!a.parse(arguments)) return kDone;
  if (!a.positional().empty()) {
    throw Error(ErrorCode::usage, "fpcpu train takes no argument '" + a.positional().front() +
                                      "'. Did you mean --data " + a.positional().front() + "?");
  }
  const TrainOptions options = read_options(a);
  RunOptions run;
  run.threads = a.threads();
  run.isa = a.isa();
  run.out = a.text("out");
  run.resume = a.text("resume");
  run.fast = a.has("fast");

  TrainMonitor monitor(a.quiet(), a.text("json-log"));
  catch_interrupt();
  monitor.start(options, run);
  try {
    const TrainResult result = train(options, run, monitor.callbacks());
    monitor.finish(result);
    return result.interrupted ? kInterrupted : kDone;
  } catch (const Error& e) {
    monitor.fail(e);
    throw;
  }
}

}  // namespace fpcpu::cli
