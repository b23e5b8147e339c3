// SPDX-License-Identifier: MIT
// What a run tells while it goes on and leaves behind for comparison.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>

#include "core/file.hpp"
#include "fpcpu/fpcpu.hpp"
#include "graph/zoo/zoo.hpp"
#include "io/checkpoint.hpp"
#include "io/metrics_csv.hpp"
#include "report/augmented_faces.hpp"
#include "support/into.hpp"
#include "support/messages.hpp"
#include "support/quick_training.hpp"
#include "support/random_batch.hpp"
#include "support/stop_after.hpp"
#include "support/temporary_folder.hpp"
#include "train/evaluator.hpp"
#include "train/image_errors.hpp"
#include "train/learner.hpp"
#include "train/setup.hpp"
#include "train/training_data.hpp"

using namespace fpcpu;
using test::contains;
using test::into;

namespace {

const TrainOptions kTraining = test::quick({.epochs = 2, .val_split = 0.2});

std::size_t event_files(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("events.out.tfevents.")) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("training faces are judged like validation faces, and both judge the model that is saved") {
  const test::TemporaryFolder folder;
  std::vector<EpochResult> epochs;
  TrainCallbacks callbacks;
  callbacks.epoch = [&](const EpochResult& r) { epochs.push_back(r); };
  const TrainResult result = train(kTraining, into(folder / "run"), callbacks);
  REQUIRE(epochs.size() == 2);
  const EpochResult& best = epochs[static_cast<std::size_t>(result.best_epoch - 1)];

  const TrainingData data = open_training_data(kTraining, nullptr, false);
  const DatasetPtr fit = fit_faces(data);
  CHECK(fit->size() == 12);
  const Checkpoint model = load_checkpoint(result.model);
  ThreadPool pool(2);
  const auto judge = [&](const DatasetPtr& faces) {
    return Evaluator(faces, model.preprocessing, 8, 0, pool).run(model, kernels::choose_table(), nullptr).metrics;
  };
  CHECK(best.fit_mse100 == judge(fit).mse100);
  const Metrics val = judge(data.val);
  CHECK(best.val_mse100 == val.mse100);

  const auto rows = read_metrics_csv(folder / "run/metrics.csv");
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].fit_mse100 == epochs[1].fit_mse100);
  const ImageErrors errors = read_image_errors(folder / "run/val_errors.csv");
  REQUIRE(errors.names.size() == 12);
  for (std::size_t i = 0; i < 12; ++i) {
    CHECK(errors.names[i] == data.val->name(i));
    CHECK(errors.errors[i].mse100 == val.per_image[i].mse100);
  }
  CHECK(contains(read_file(folder / "run/log.txt"), " fit "));
}

TEST_CASE("faces to judge the fit with are never more than 500 and spread over the set") {
  const TrainingData data{.train = open_dataset("synth:1200"), .val = open_dataset("synth:700:2")};
  const DatasetPtr fit = fit_faces(data);
  REQUIRE(fit->size() == 500);
  CHECK(fit->name(0) == data.train->name(0));
  CHECK(fit->name(499) == data.train->name(499 * 1200 / 500));
  CHECK(fit_faces({data.train, nullptr}) == nullptr);
}

TEST_CASE("every long phase is told, with its count") {
  const test::TemporaryFolder folder;
  std::map<std::string, std::size_t> most;
  TrainCallbacks callbacks;
  callbacks.phase = [&](const PhaseProgress& p) {
    CHECK(p.done <= p.total);
    most[p.what] = std::max(most[p.what], p.done);
  };
  (void)train(kTraining, into(folder / "run"), callbacks);
  CHECK(most["measuring colours"] == 48);
  CHECK(most["evaluating validation faces"] == 12);
  CHECK(most["evaluating training faces"] == 12);
  CHECK(most["writing the report"] == 12);
  CHECK(most.count("saving") == 1);
  CHECK(most.count("planning the network") == 1);
}

TEST_CASE("the report has all its parts, also of a run that was interrupted") {
  const test::TemporaryFolder folder;
  (void)train(kTraining, into(folder / "run"));
  const std::string page = read_file(folder / "run/report.html");
  for (const char* part : {"Error (mse100)", "training faces", "Learning rate", "Error of each point", "How large",
                           "Images up to an error", "Worst validation images", "Best validation images",
                           "as the network saw them", "backward", "waiting for images", "instruction set", "val-split",
                           "trained on 48 faces and evaluated on 12 others", "mse100 without augmentation"}) {
    CHECK_MESSAGE(contains(page, part), part);
  }
  CHECK(train(kTraining, into(folder / "stopped"), test::stop_after(7)).interrupted);
  CHECK(contains(read_file(folder / "stopped/report.html"), "Interrupted before the end"));
}

TEST_CASE("overfitting is said at the end") {
  const test::TemporaryFolder folder;
  TrainOptions options = kTraining;
  options.data = {"synth:24:3"};
  options.val = "synth:24:9";
  options.augment = "none";
  options.epochs = 60;
  options.ema = 0;
  std::string last;
  TrainCallbacks callbacks;
  callbacks.message = [&](const std::string& text) { last = text; };
  (void)train(options, into(folder / "run"), callbacks);
  CHECK_MESSAGE(contains(last, "Overfitting: "), last);
  CHECK(contains(read_file(folder / "run/log.txt"), "Overfitting: "));
  CHECK(contains(read_file(folder / "run/report.html"), "remark warning"));
}

TEST_CASE("TensorBoard's event files: one for each start, also of a run whose options come from its folder") {
  const test::TemporaryFolder folder;
  TrainOptions options = kTraining;
  options.tensorboard = true;
  CHECK(train(options, into(folder / "run"), test::stop_after(7)).interrupted);
  CHECK(event_files(folder / "run") == 1);
  RunOptions resume;
  resume.resume = (folder / "run").string();
  (void)train({}, resume);
  CHECK(event_files(folder / "run") == 2);
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "run")) {
    if (entry.path().filename().string().starts_with("events.")) all += read_file(entry.path());
  }
  for (const char* tag : {"mse100/train", "mse100/validation", "loss/train", "lr", "images_per_s", "validation/4"}) {
    CHECK_MESSAGE(contains(all, tag), tag);
  }
  (void)train(kTraining, into(folder / "without"));
  CHECK(event_files(folder / "without") == 0);
}

TEST_CASE("the images of the report are those of the first epoch") {
  const DatasetPtr data = open_dataset("synth:20:4");
  Preprocessing p;
  p.input = {24, 24, 3};
  p.mirror = derive_mirror(mean_shape(*data));
  LoaderOptions options;
  options.batch = 8;
  options.augment = augment_preset("full");
  const auto faces = augmented_faces(data, p, options, 5);
  REQUIRE(faces.size() == 5);
  Loader loader(data, p, options);
  loader.start(0);
  const Batch& batch = *loader.next();
  std::set<std::string> names;
  for (std::size_t i = 0; i < 5; ++i) {
    names.insert(faces[i].name);
    CHECK(faces[i].name == data->name(batch.samples[i]));
    CHECK(faces[i].image.pixels.size() == 24 * 24 * 3);
    CHECK(faces[i].truth.xy[0] == doctest::Approx((batch.targets[i * 28] + 0.5F) * 24 - 0.5F));
    const float value = batch.x[i * p.input.size() + 7] * p.deviation[1] + p.mean[1];
    CHECK(std::abs(static_cast<float>(faces[i].image.pixels[7]) - value) < 0.51F);
  }
  CHECK(names.size() == 5);
}

TEST_CASE("forward, backward and update take the time of the steps; measuring statistics has its own") {
  const Graph graph = make_network("small", {.input_size = 48});
  Params<float> params{ParamLayout(graph)};
  initialize(params, 1);
  TrainOptions options;
  options.batch = 8;
  options.lr = 1e-3;
  ThreadPool pool(1);
  Learner learner(make_plain_task(graph, options), std::move(params), options, 10, kernels::choose_table(), pool);
  const test::RandomBatch noise(8, graph.input_shape());
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) (void)learner.step(noise.batch());
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const LearnerTimes times = learner.take_times();
  CHECK(times.forward > 0.05 * wall);
  CHECK(times.backward > times.forward);
  CHECK(times.update > 0);
  const double sum = times.forward + times.backward + times.update;
  CHECK(sum <= wall);
  CHECK(sum > 0.9 * wall);
  CHECK(learner.take_times().backward == 0.0);

  const DatasetPtr faces = open_dataset("synth:16:2");
  LoaderOptions loading;
  loading.batch = 8;
  Loader loader(faces, measure_preprocessing(options, {.train = faces}, graph), loading);
  for (int i = 0; i < 5; ++i) (void)learner.step(noise.batch());
  // Twice as many forward passes as the steps had; in their share they would outweigh backward.
  for (int i = 0; i < 10; ++i) learner.measure_statistics(loader, i);
  const LearnerTimes both = learner.take_times();
  CHECK(both.measure > 0);
  CHECK(both.backward > both.forward);
  CHECK(both.forward > 0);
  CHECK(learner.take_times().measure == 0.0);
}
