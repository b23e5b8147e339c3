// SPDX-License-Identifier: MIT
// Whole trainings of networks whose file says how they are trained.
#include <doctest/doctest.h>

#include <filesystem>

#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/trainer.hpp"
#include "io/checkpoint.hpp"
#include "io/metrics_csv.hpp"
#include "support/messages.hpp"
#include "support/stop_after.hpp"
#include "support/temporary_folder.hpp"

namespace fpcpu {
namespace {

using test::contains;
using test::message_of;

const std::string kNetwork = R"(
input = [32, 32, 3]
landmarks = "points"
[[layer]]
name = "body"
kind = "conv2d"
out_channels = 8
stride = 4
activation = "relu"
[[layer]]
name = "points"
kind = "landmarks"
[[layer]]
name = "maps"
kind = "heatmaps"
inputs = ["body"]
[[output]]
layer = "maps"
head = "heatmaps"
training_only = true
[[term]]
name = "landmarks"
loss = "smooth-l1"
[[term]]
name = "maps"
outputs = ["maps"]
weight = 0.5
)";

struct Run {
  explicit Run(const std::string& network) {
    write_file_atomically(folder / "net.toml", network);
    options.data = {"synth:40"};
    options.model = (folder / "net.toml").string();
    options.epochs = 4;
    options.batch = 8;
    options.augment = "none";
    options.checkpoint_every = 0;
    run.out = (folder / "run").string();
    run.threads = 2;
  }
  std::string refusal(ErrorCode code) {
    return message_of(code, [&] { (void)train(options, run); });
  }
  test::TemporaryFolder folder;
  TrainOptions options;
  RunOptions run;
};

Checkpoint last_of(const Run& run) { return load_checkpoint(run.folder / "run" / "last.safetensors"); }

Checkpoint train_in_one_go(const std::string& stages) {
  Run run(kNetwork + stages);
  (void)train(run.options, run.run);
  return last_of(run);
}

void train_seven_steps(const Run& run) {
  TrainCallbacks stop;
  int steps = 0;
  stop.step = [&](const StepProgress&) { ++steps; };
  stop.stop = [&] { return steps >= 7; };
  CHECK(train(run.options, run.run, stop).interrupted);
}

Checkpoint resume(const Run& run) {
  RunOptions again;
  again.resume = run.run.out;
  again.threads = 1;
  (void)train({}, again);
  return last_of(run);
}

void check_same_bits(const Checkpoint& a, const Checkpoint& b) {
  CHECK(std::equal(a.params.trainable.begin(), a.params.trainable.end(), b.params.trainable.begin()));
  CHECK(a.extra == b.extra);
}

TEST_CASE("terms of a network's file are trained and logged one by one, and the model is what inference needs") {
  Run r(kNetwork);
  const TrainResult result = train(r.options, r.run);
  const Checkpoint model = load_checkpoint(result.model);
  CHECK(model.graph.find("maps") < 0);
  CHECK(model.params.layout.find("maps.weight") == nullptr);
  CHECK(model.graph.outputs().size() == 1);
  CHECK(load_checkpoint(r.folder / "run" / "last.safetensors").graph.find("maps") > 0);

  const std::string metrics = read_file(r.folder / "run" / "metrics.csv");
  CHECK(contains(metrics, "loss_landmarks"));
  CHECK(contains(metrics, "loss_maps"));
}

TEST_CASE("a staged run that is interrupted and resumed ends in the same bits") {
  const std::string stages =
      "[[group]]\nparameters = \"points.*\"\noptimizer = \"sgd\"\nrate = 0.1\n"
      "[[stage]]\nepochs = 2\nsteps = 1\nterms = [\"maps\"]\nfrozen = [\"points.*\"]\n"
      "[[stage]]\nsteps = 2\nterms = [\"landmarks\"]\n";
  const Checkpoint whole = train_in_one_go(stages);
  const Run broken(kNetwork + stages);
  train_seven_steps(broken);
  check_same_bits(whole, resume(broken));
  CHECK(whole.extra.contains("optimizer2.m"));
}

TEST_CASE("a run stopped after a part of its network has thawed goes on to the same bits") {
  const std::string stages = "[[stage]]\nepochs = 1\nfrozen = [\"body.*\"]\n";
  const Checkpoint whole = train_in_one_go(stages);
  const Run broken(kNetwork + stages);
  train_seven_steps(broken);
  CHECK(last_of(broken).state.contains("optimizer.updates"));
  const Checkpoint resumed = resume(broken);
  check_same_bits(whole, resumed);
  CHECK(whole.state.at("optimizer.updates") == resumed.state.at("optimizer.updates"));
}

TEST_CASE("--start is about the points, also beside heat maps") {
  Run r(kNetwork);
  r.options.start = "zero";
  r.options.epochs = 1;
  CHECK_NOTHROW((void)train(r.options, r.run));
}

TEST_CASE("a stage freezes what it says") {
  Run r(kNetwork + "[[stage]]\nfrozen = [\"body.*\"]\n");
  r.options.ema = 0;
  (void)train(r.options, r.run);
  const Checkpoint last = load_checkpoint(r.folder / "run" / "last.safetensors");
  Params<float> start{ParamLayout(last.graph)};
  initialize(start, r.options.seed);
  const auto same = [&](const char* name) {
    const ParamSlot& slot = *start.layout.find(name);
    return std::equal(start.at(slot), start.at(slot) + slot.spec.size(), last.params.at(slot));
  };
  CHECK(same("body.weight"));
  CHECK_FALSE(same("points.weight"));
}

TEST_CASE("what a file's terms and the options do not fit is said before the first step") {
  Run loss(kNetwork);
  loss.options.loss = "mse";
  CHECK(contains(loss.refusal(ErrorCode::usage), "leave --loss out"));
  const std::size_t terms = kNetwork.find("[[term]]");
  CHECK(contains(Run(kNetwork.substr(0, terms)).refusal(ErrorCode::usage), "no term reads it"));
  CHECK(contains(Run(kNetwork + "[[stage]]\nepochs = 9\n").refusal(ErrorCode::usage), "the run has 4"));
  CHECK(contains(Run(kNetwork + "[[term]]\nloss = \"mse\"\noutputs = [\"mapz\"]\n").refusal(ErrorCode::usage), "maps"));
  CHECK(contains(Run(kNetwork + "[[term]]\nlos = \"mse\"\n").refusal(ErrorCode::usage), "line 29"));
  CHECK(contains(Run(kNetwork + "[[streams]]\nname = \"x\"\n").refusal(ErrorCode::usage), "stream"));
}

}  // namespace
}  // namespace fpcpu
