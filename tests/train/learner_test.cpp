// SPDX-License-Identifier: MIT
#include "train/learner.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "fpcpu/dataset.hpp"
#include "graph/passes/passes.hpp"
#include "graph/zoo/zoo.hpp"
#include "support/messages.hpp"
#include "support/random_batch.hpp"
#include "train/setup.hpp"

using namespace fpcpu;

namespace {

constexpr int kBatch = 8;

TrainOptions options_of_test() {
  TrainOptions options;
  options.batch = kBatch;
  options.lr = 1e-3;
  return options;
}

/// A small network that learns, with everything it needs.
struct Bench {
  explicit Bench(const TrainOptions& o = options_of_test(), int threads = 2)
      : graph(make_network("small", {.input_size = 32})),
        pool(threads),
        learner(make_plain_task(graph, o), start(graph), o, 10, kernels::choose_table(), pool) {}

  static Params<float> start(const Graph& graph) {
    Params<float> params{ParamLayout(graph)};
    initialize(params, 1);
    return params;
  }

  Graph graph;
  ThreadPool pool;
  Learner learner;
};

struct State {
  explicit State(const Learner& learner) : params(learner.params().clone()) { learner.save(arrays, texts); }
  std::map<std::string, std::vector<float>> arrays;
  std::map<std::string, std::string> texts;
  Params<float> params;
};

bool same(const AlignedBuffer<float>& a, const AlignedBuffer<float>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

/// The batch with one pixel that is no number, or with one target out of reach.
struct Poison {
  explicit Poison(const Batch& good, const Shape& input)
      : x(good.x, good.x + kBatch * input.size()), targets(good.targets, good.targets + kBatch * 28), batch(good) {
    batch.x = x.data();
    batch.targets = targets.data();
  }
  std::vector<float> x;
  std::vector<float> targets;
  Batch batch;
};

}  // namespace

TEST_CASE("a step that is not finite is skipped, halves the rate, names its cause, and the third ends the run") {
  Bench bench;
  const test::RandomBatch noise(kBatch, bench.graph.input_shape());
  Poison pixel(noise.batch(), bench.graph.input_shape());
  pixel.x[17] = std::numeric_limits<float>::quiet_NaN();
  Poison target(noise.batch(), bench.graph.input_shape());
  target.targets[3] = std::numeric_limits<float>::infinity();

  CHECK(bench.learner.step(noise.batch()).skipped.empty());
  const State before(bench.learner);
  const double lr = bench.learner.lr();
  const StepResult first = bench.learner.step(pixel.batch);
  CHECK(test::contains(first.skipped, "step 2"));
  CHECK(test::contains(first.skipped, "pixel"));
  State after(bench.learner);
  CHECK(same(before.params.trainable, after.params.trainable));
  CHECK(same(before.params.buffers, after.params.buffers));
  CHECK(before.arrays == after.arrays);
  CHECK(after.texts["learner.undone"] == "1");
  after.texts["learner.undone"] = "0";
  CHECK(before.texts == after.texts);
  CHECK(bench.learner.lr() == lr / 2);

  const StepResult good = bench.learner.step(noise.batch());
  CHECK(good.skipped.empty());
  CHECK(good.lr == lr / 2);
  CHECK(std::isfinite(good.loss));
  CHECK(test::contains(bench.learner.step(target.batch).skipped, "loss"));
  const State last(bench.learner);
  const std::string text = test::message_of(ErrorCode::numeric, [&] { (void)bench.learner.step(pixel.batch); });
  CHECK(test::contains(text, "third"));
  CHECK(same(last.params.trainable, bench.learner.params().trainable));
  CHECK(same(last.params.buffers, bench.learner.params().buffers));
}

TEST_CASE("what was skipped survives saving and resuming") {
  const test::RandomBatch noise(kBatch, make_network("small", {.input_size = 32}).input_shape());
  Bench whole;
  Poison poison(noise.batch(), whole.graph.input_shape());
  poison.x[0] = std::numeric_limits<float>::infinity();
  (void)whole.learner.step(noise.batch());
  (void)whole.learner.step(poison.batch);
  const State saved(whole.learner);

  const Graph graph = make_network("small", {.input_size = 32});
  ThreadPool pool(1);
  Learner resumed(make_plain_task(graph, options_of_test()), saved.params.clone(), options_of_test(), 10,
                  kernels::choose_table(), pool);
  resumed.load(saved.arrays, saved.texts);
  for (Learner* learner : {&whole.learner, &resumed}) {
    for (int i = 0; i < 3; ++i) (void)learner->step(noise.batch());
    CHECK(!learner->step(poison.batch).skipped.empty());
  }
  CHECK(same(whole.learner.params().trainable, resumed.params().trainable));
  CHECK(whole.learner.lr() == resumed.lr());
  test::message_of(ErrorCode::numeric, [&] { (void)resumed.step(poison.batch); });
}

TEST_CASE("the averaged weights are judged with statistics of their own, the same for any number of threads") {
  const DatasetPtr faces = open_dataset("synth:80:2");
  std::vector<std::vector<float>> statistics;
  for (const int threads : {1, 3}) {
    Bench bench(options_of_test(), threads);
    TrainOptions options = options_of_test();
    const Preprocessing preprocessing = measure_preprocessing(options, {.train = faces}, bench.graph);
    LoaderOptions loading;
    loading.batch = kBatch;
    loading.threads = threads;
    Loader loader(faces, preprocessing, loading);
    loader.start(0);
    while (const Batch* batch = loader.next()) (void)bench.learner.step(*batch);
    const State before(bench.learner);
    bench.learner.measure_statistics(loader, 1);
    const State after(bench.learner);
    CHECK(same(before.params.trainable, after.params.trainable));
    CHECK(same(before.params.buffers, after.params.buffers));
    CHECK(before.arrays == after.arrays);

    // One batch is measured of an epoch of ten.
    Params<float> expected = bench.learner.result();
    const Graph fused = fuse_for_training(bench.graph);
    statistics.emplace_back(expected.buffers.begin(), expected.buffers.end());
    PlanExecutor executor(fused, expected, {.training = true, .batch = kBatch}, kernels::choose_table(), bench.pool);
    loader.start(1);
    const Batch* batch = loader.next();
    executor.measure({.n = batch->n, .x = batch->x, .seed = 1, .step = 10}, 1.0);
    CHECK(std::equal(expected.buffers.begin(), expected.buffers.end(), statistics.back().begin()));
    CHECK(!same(expected.buffers, before.params.buffers));
  }
  CHECK(statistics[0] == statistics[1]);
}

TEST_CASE("the last layer starts at the mean shape or at zero, all others by He, and only weights decay") {
  const DatasetPtr faces = open_dataset("synth:20:2");
  for (const ZooEntry& entry : zoo()) {
    const ParamLayout layout(make_network(entry.name, {}));
    for (const ParamSlot& slot : layout.slots()) CHECK(slot.spec.decay == slot.name.ends_with(".weight"));
  }
  TrainOptions options;
  const Graph graph = make_network("base", {});
  const Preprocessing preprocessing = measure_preprocessing(options, {.train = faces}, graph);
  for (const char* start : {"mean-shape", "zero"}) {
    options.start = start;
    const Params<float> params = initial_params(graph, preprocessing, options);
    const ParamSlot& bias = *params.layout.find("landmarks.bias");
    const bool zero = options.start == "zero";
    for (std::size_t i = 0; i < bias.spec.size(); ++i) {
      CHECK(params.at(bias)[i] == (zero ? 0.0F : preprocessing.mean_shape[i]));
    }
    for (const ParamSlot& slot : params.layout.slots()) {
      if (slot.spec.init != Initializer::he_normal) continue;
      double squares = 0;
      for (std::size_t i = 0; i < slot.spec.size(); ++i)
        squares += std::pow(static_cast<double>(params.at(slot)[i]), 2);
      const double variance = squares / static_cast<double>(slot.spec.size());
      CHECK(variance == doctest::Approx(2.0 / static_cast<double>(slot.spec.fan_in)).epsilon(0.2));
    }
  }
  options.start = "zero";
  const Graph maps = make_network("hourglass", {.input_size = 64});
  CHECK(test::contains(test::message_of(ErrorCode::usage, [&] { (void)initial_params(maps, preprocessing, options); }),
                       "heat maps"));
}
