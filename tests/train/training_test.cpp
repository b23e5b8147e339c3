// SPDX-License-Identifier: MIT
// Promises of training: it learns, it repeats bit for bit.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "data/folder_dataset.hpp"
#include "fpcpu/dataset.hpp"
#include "fpcpu/fpcpu.hpp"
#include "graph/zoo/zoo.hpp"
#include "io/checkpoint.hpp"
#include "options/config.hpp"
#include "support/files.hpp"
#include "support/into.hpp"
#include "support/messages.hpp"
#include "support/quick_training.hpp"
#include "support/random_batch.hpp"
#include "support/stop_after.hpp"
#include "support/temporary_folder.hpp"
#include "train/learner.hpp"
#include "train/metrics.hpp"

using namespace fpcpu;
using test::content;
using test::into;
using test::quick;
using test::stop_after;

TEST_CASE("the same seed gives the same model bytes for any number of threads, another seed another model") {
  const test::TemporaryFolder folder;
  std::vector<std::string> models;
  for (const int threads : {1, 2, 5}) {
    const auto run = folder / ("t" + std::to_string(threads));
    (void)train(quick(), into(run, threads));
    models.push_back(content(run / "model.safetensors"));
  }
  CHECK(models[0] == models[1]);
  CHECK(models[0] == models[2]);
  TrainOptions other = quick();
  other.seed = 2;
  (void)train(other, into(folder / "other"));
  CHECK(content(folder / "other" / "model.safetensors") != models[0]);
}

TEST_CASE("bf16 gives the same bytes for any number of threads and when resumed; without it the run says so") {
  const test::TemporaryFolder folder;
  TrainOptions options = quick();
  options.precision = "bf16";
  std::vector<std::string> notices;
  TrainCallbacks callbacks;
  callbacks.notice = [&](const std::string& text) {
    if (test::contains(text, "bf16")) notices.push_back(text);
  };
  (void)train(options, into(folder / "t1", 1), callbacks);
  const std::string model = content(folder / "t1" / "model.safetensors");
  (void)train(options, into(folder / "t3", 3));
  CHECK(content(folder / "t3" / "model.safetensors") == model);
  CHECK(train(options, into(folder / "stopped"), stop_after(4)).interrupted);
  RunOptions resume;
  resume.resume = (folder / "stopped").string();
  (void)train({}, resume);
  CHECK(content(folder / "stopped" / "model.safetensors") == model);
  CHECK(test::contains(content(folder / "t1" / "config.toml"), "precision = 'bf16'"));

  (void)train(quick(), into(folder / "fp32"));
  const bool exists = kernels::choose_table(nullptr, Precision::bf16).precision == Precision::bf16;
  CHECK(notices.size() == (exists ? 0 : 1));
  CHECK(test::contains(model, exists ? "bf16" : "fp32"));
  if (exists) CHECK(content(folder / "fp32" / "model.safetensors") != model);
  RunOptions portable = into(folder / "eigen");
  portable.isa = "eigen";
  notices.clear();
  (void)train(options, portable, callbacks);
  REQUIRE(notices.size() == 1);
  CHECK(test::contains(notices[0], "fp32"));
  CHECK(test::contains(content(folder / "eigen" / "log.txt"), notices[0]));
}

TEST_CASE("a run goes on with the instruction set and precision its checkpoint names, or not at all") {
  const test::TemporaryFolder folder;
  const auto run = folder / "run";
  RunOptions first = into(run);
  first.isa = "eigen";
  CHECK(train(quick(), first, stop_after(4)).interrupted);
  const std::string last = content(run / "last.safetensors");
  const auto resume_as = [&](const char* fact, const char* value, const char* isa) {
    std::ofstream(run / "last.safetensors", std::ios::binary) << last;
    Checkpoint edited = load_checkpoint(run / "last.safetensors");
    edited.facts[fact] = value;
    save_checkpoint(run / "last.safetensors", edited);
    RunOptions resume;
    resume.resume = run.string();
    resume.isa = isa;
    (void)train({}, resume, stop_after(1));
  };
  // There are no kernels of eigen for bf16, on any machine; options of the run ask for fp32.
  const std::string other = test::message_of(ErrorCode::usage, [&] { resume_as("precision", "bf16", ""); });
  CHECK(test::contains(other, "the run was made with precision bf16, which this machine does not have"));
  CHECK(test::contains(other, "--isa"));
  CHECK(test::contains(test::message_of(ErrorCode::usage, [&] { resume_as("isa", "quantum", ""); }), "quantum"));
  CHECK(test::contains(test::message_of(ErrorCode::format, [&] { resume_as("precision", "fp61", ""); }), "fp61"));
  CHECK_NOTHROW(resume_as("precision", "bf16", "eigen"));

  // The checkpoint decides, not the options: bits of two precisions do not make one run.
  const auto* table = &kernels::choose_table(nullptr, Precision::bf16);
  if (table->precision != Precision::bf16) return;
  TrainOptions options = quick();
  options.precision = "bf16";
  (void)train(options, into(folder / "whole"));
  CHECK(train(options, into(folder / "edited"), stop_after(4)).interrupted);
  options.precision = "fp32";
  std::ofstream(folder / "edited" / "config.toml") << config_text(options);
  RunOptions resume;
  resume.resume = (folder / "edited").string();
  (void)train({}, resume);
  CHECK(load_checkpoint(folder / "edited" / "last.safetensors").facts["precision"] == "bf16");
  CHECK(content(folder / "edited" / "model.safetensors") == content(folder / "whole" / "model.safetensors"));
}

TEST_CASE("a run writes its folder, and its config.toml repeats it") {
  const test::TemporaryFolder folder;
  TrainCallbacks callbacks;
  int epochs = 0;
  int steps = 0;
  callbacks.epoch = [&](const EpochResult&) { ++epochs; };
  callbacks.step = [&](const StepProgress&) { ++steps; };
  const TrainResult result = train(quick(), into(folder / "run"), callbacks);
  CHECK(epochs == 3);
  CHECK(steps == 18);
  CHECK(result.model == (folder / "run" / "model.safetensors").string());
  for (const char* name :
       {"model.safetensors", "last.safetensors", "metrics.csv", "config.toml", "report.html", "log.txt"}) {
    CHECK_MESSAGE(std::filesystem::exists(folder / "run" / name), name);
  }
  const std::string metrics = content(folder / "run" / "metrics.csv");
  CHECK(std::count(metrics.begin(), metrics.end(), '\n') == 4);
  const std::string refused = test::message_of(ErrorCode::usage, [&] { (void)train(quick(), into(folder / "run")); });
  CHECK(test::contains(refused, "--resume"));
  CHECK(content(folder / "run" / "config.toml").starts_with("# Repeat this run bit for bit: fpcpu train --config"));
}

TEST_CASE("the configuration of a run holds every range of its augmentation and repeats it bit for bit") {
  const test::TemporaryFolder folder;
  TrainOptions options = quick();
  options.augment = "basic";
  options.augment_ranges["rotation"] = 35;
  options.augment_ranges["jpeg-chance"] = 0.5F;
  options.channels = 1;
  options.input_size = {40, 32};
  options.epochs = 2;
  (void)train(options, into(folder / "a"));
  const std::string config = content(folder / "a" / "config.toml");
  for (const char* line : {"aug_rotation = 35\n", "aug_rotation_chance = 0.7\n", "aug_scale = 0.15\n", "aug_gray = 0\n",
                           "aug_jpeg_low = 40\n", "aug_noise = 0\n", "aug_noise_chance = -1\n", "channels = 1\n",
                           "input_size = '40x32'\n"}) {
    CHECK_MESSAGE(test::contains(config, line), line);
  }
  TrainOptions again;
  read_config(folder / "a" / "config.toml", again);
  CHECK_NOTHROW(check_options(again));
  (void)train(again, into(folder / "b"));
  CHECK(content(folder / "b" / "model.safetensors") == content(folder / "a" / "model.safetensors"));
  // Ranges that are written down no longer depend on the preset's name.
  again.augment = "none";
  (void)train(again, into(folder / "c"));
  CHECK(content(folder / "c" / "metrics.csv").substr(0, 200).find("nan") == std::string::npos);
  CHECK(load_checkpoint(folder / "c" / "last.safetensors").params.trainable[0] ==
        load_checkpoint(folder / "a" / "last.safetensors").params.trainable[0]);
}

TEST_CASE("the calm end of a run changes its last epochs only") {
  const test::TemporaryFolder folder;
  std::vector<std::vector<double>> losses;
  for (const float calm : {0.0F, 0.4F}) {
    TrainOptions options = quick();
    options.augment_ranges["calm"] = calm;
    losses.emplace_back();
    TrainCallbacks callbacks;
    callbacks.epoch = [&](const EpochResult& r) { losses.back().push_back(r.train_loss); };
    (void)train(options, into(folder / std::to_string(losses.size())), callbacks);
  }
  CHECK(losses[0][0] == losses[1][0]);
  CHECK(losses[0][1] == losses[1][1]);
  CHECK(losses[0][2] != losses[1][2]);
}

TEST_CASE("fast training writes nothing") {
  const test::TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  RunOptions run;
  run.fast = true;
  const TrainResult result = train(quick(), run);
  std::filesystem::current_path(before);
  CHECK(result.run.empty());
  CHECK(result.epochs == 1);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a network can overfit eight faces") {
  TrainOptions options;
  options.data = {"synth:8:5"};
  options.val_split = 0;
  options.augment = "none";
  options.input_size = 48;
  options.batch = 8;
  options.epochs = 150;
  options.weight_decay = 0;
  options.dropout = 0;
  options.loss = "mse";
  options.ema = 0;
  const test::TemporaryFolder folder;
  const TrainResult result = train(options, into(folder / "run"));
  CHECK(result.train_mse100 < 0.3);
}

TEST_CASE("a short run on the sample faces beats the mean shape clearly, and detect finds the same points as eval") {
  const std::string data = std::string(FPCPU_SOURCE_DIR) + "/data";
  const DatasetPtr faces = open_dataset(data);
  const std::vector<float> mean = mean_shape(*faces);
  std::vector<float> guess;
  for (std::size_t i = 0; i < faces->size(); ++i) {
    for (std::size_t k = 0; k < mean.size(); ++k) {
      const int side = k % 2 == 0 ? faces->width(i) : faces->height(i);
      guess.push_back((mean[k] + 0.5F) * static_cast<float>(side) - 0.5F);
    }
  }
  const double mean_error = compute_metrics(*faces, guess).mse100;

  TrainOptions options;
  options.data = {"synth:1000:11"};
  options.val = data;
  options.input_size = 48;
  options.epochs = 8;
  options.batch = 16;
  const test::TemporaryFolder folder;
  const TrainResult result = train(options, into(folder / "run"));
  MESSAGE("mse100 ", result.val_mse100, ", mean shape ", mean_error);
  CHECK(result.val_mse100 < mean_error / 2.5);

  const auto points = detect(result.model, data + "/images");
  std::vector<float> found;
  for (std::size_t i = 0; i < faces->size(); ++i) {
    const auto& p = points.at(faces->name(i));
    found.insert(found.end(), p.begin(), p.end());
  }
  CHECK(compute_metrics(*faces, found).mse100 == doctest::Approx(result.val_mse100).epsilon(1e-4));
}

TEST_CASE("a heat-map network learns without being told how, and detect reads its maps as eval does") {
  const std::string data = std::string(FPCPU_SOURCE_DIR) + "/data";
  TrainOptions options = quick();
  options.model = std::string(FPCPU_SOURCE_DIR) + "/docs/models/heatmaps.toml";
  options.data = {"synth:150:11"};
  options.val = data;
  options.input_size = 0;
  options.augment = "none";
  options.epochs = 5;
  const test::TemporaryFolder folder;
  std::vector<double> losses;
  TrainCallbacks callbacks;
  callbacks.epoch = [&](const EpochResult& r) { losses.push_back(r.val_loss); };
  const TrainResult result = train(options, into(folder / "run"), callbacks);
  MESSAGE("mse100 ", result.val_mse100);
  CHECK(losses.back() < 0.6 * losses.front());
  CHECK(result.val_mse100 < 20);
  CHECK(test::contains(content(folder / "run/config.toml"), "loss = 'heatmap-mse'"));

  const auto points = detect(result.model, data + "/images");
  const DatasetPtr faces = open_dataset(data);
  std::vector<float> found;
  for (std::size_t i = 0; i < faces->size(); ++i) {
    const auto& p = points.at(faces->name(i));
    found.insert(found.end(), p.begin(), p.end());
  }
  CHECK(compute_metrics(*faces, found).mse100 == doctest::Approx(result.val_mse100).epsilon(1e-4));

  options.loss = "wing";
  CHECK(test::contains(test::message_of(ErrorCode::usage, [&] { (void)train(options, into(folder / "other")); }),
                       "loss 'wing' is for coordinates"));
  CHECK(!std::filesystem::exists(folder / "other"));
}

TEST_CASE("the two calls of the library: a table and a folder in, names and coordinates out") {
  const test::TemporaryFolder folder;
  const std::string data = std::string(FPCPU_SOURCE_DIR) + "/data";
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  CHECK(train_detector(data + "/gt.csv", data + "/images", true).empty());
  CHECK(std::filesystem::is_empty(folder.path()));
  const std::string model = train_detector(data + "/gt.csv", data + "/images");
  const auto points = detect(model, data + "/images");
  std::filesystem::current_path(before);
  CHECK(points.size() == open_dataset(data)->size());
  for (const auto& found : points) CHECK_MESSAGE(found.second.size() == 28, found.first);
}

TEST_CASE("invisible points and other numbers of points train") {
  const test::TemporaryFolder folder;
  const DatasetPtr faces = open_dataset("synth:24:4");
  class FivePoints final : public Dataset {
   public:
    explicit FivePoints(DatasetPtr base) : base_(std::move(base)) {
      for (std::size_t i = 0; i < base_->size(); ++i) {
        const Landmarks& all = base_->landmarks(i);
        Landmarks some;
        for (const std::size_t k : {5U, 8U, 10U, 11U, 13U}) {
          some.xy.insert(some.xy.end(), {all.xy[2 * k], all.xy[2 * k + 1]});
          some.visible.push_back(i % 3 == 0 && k == 10U ? 0.0F : 1.0F);
        }
        rows_.push_back(std::move(some));
      }
    }
    std::size_t size() const noexcept override { return base_->size(); }
    int points() const noexcept override { return 5; }
    const std::string& name(std::size_t i) const override { return base_->name(i); }
    int width(std::size_t i) const override { return base_->width(i); }
    int height(std::size_t i) const override { return base_->height(i); }
    const Landmarks& landmarks(std::size_t i) const override { return rows_[i]; }
    Image image(std::size_t i) const override { return base_->image(i); }

   private:
    DatasetPtr base_;
    std::vector<Landmarks> rows_;
  };
  TrainOptions options = quick();
  options.val_split = 0.25;
  const TrainResult result = train(std::make_shared<FivePoints>(faces), options, into(folder / "run"));
  CHECK(result.val_mse100 > 0);
  CHECK(result.val_mse100 < 1000);
}

TEST_CASE("a learning rate that explodes ends with a numeric error that names a layer and keeps the last model") {
  TrainOptions options = quick();
  options.optimizer = "sgd";
  options.lr = 1000;
  options.warmup = 0;
  options.loss = "mse";
  options.schedule = "constant";
  const test::TemporaryFolder folder;
  std::vector<std::string> notices;
  TrainCallbacks callbacks;
  callbacks.notice = [&](const std::string& what) { notices.push_back(what); };
  const std::string text =
      test::message_of(ErrorCode::numeric, [&] { (void)train(options, into(folder / "run"), callbacks); });
  REQUIRE(notices.size() == 2);
  CHECK(test::contains(content(folder / "run/log.txt"), notices[1]));
  CHECK(test::contains(text, "not finite"));
  CHECK(test::contains(text, "step "));
}

TEST_CASE("a gradient that is not finite is noticed without clipping, at the step that made it") {
  TrainOptions options = quick();
  options.lr = 1e-3;
  options.loss = "l1";
  const Graph graph = make_network("small", {.input_size = 32});
  Params<float> params{ParamLayout(graph)};
  initialize(params, 1);
  // Hidden units of 1e-30 through weights of 1e38 give a finite loss; backward, 28 outputs of one sign overflow.
  const auto fill = [&](const char* name, float value) {
    const ParamSlot& slot = *params.layout.find(name);
    std::fill_n(params.at(slot), slot.spec.size(), value);
  };
  fill("fc1.weight", 0.0F);
  fill("fc1.bias", 1e-30F);
  fill("landmarks.weight", 1e38F);
  ThreadPool pool(1);
  Learner learner(make_plain_task(graph, options), std::move(params), options, 10, kernels::choose_table(), pool);
  const test::RandomBatch noise(8, graph.input_shape());
  const Batch& batch = noise.batch();
  CHECK(test::contains(learner.step(batch).skipped, "gradient"));
}

TEST_CASE("mistakes are found before anything is written") {
  const test::TemporaryFolder folder;
  TrainOptions options = quick();
  options.model = "bnn";
  CHECK(test::contains(test::message_of(ErrorCode::usage, [&] { (void)train(options, into(folder / "run")); }), "bnn"));
  options = quick();
  options.data = {"/nowhere"};
  test::message_of(ErrorCode::io, [&] { (void)train(options, into(folder / "run")); });
  CHECK(!std::filesystem::exists(folder / "run"));
}
