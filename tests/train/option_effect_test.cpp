// SPDX-License-Identifier: MIT
// Every option of training changes the training: one that were read and then ignored would be found here.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/number_text.hpp"
#include "data/augments/registry.hpp"
#include "data/synth.hpp"
#include "fpcpu/dataset.hpp"
#include "fpcpu/trainer.hpp"
#include "kernels/table.hpp"
#include "options/config.hpp"
#include "support/into.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::into;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// An option, a value that is to make a difference, and what must hold for it to be able to.
struct Effect {
  std::string option;
  std::string value;
  Settings given = {};
};

const std::vector<Effect> kEffects = {
    {"data", "others"},
    {"val", "others"},
    {"val-split", "0.4"},
    {"images", "others/images"},
    {"missing", "-1", {{"data", "marked"}, {"accept", "missing"}}},
    {"subset", "12"},
    {"mirror", "0,1,2,3,4,5,6,7,8,9,10,11,12,13", {{"aug-mirror", "0.5"}}},
    {"augment", "basic"},
    {"aug-calm", "0.5", {{"aug-brightness", "0.2"}}},
    {"model", "small"},
    {"head", "heatmaps:sigma=2", {{"model", "hourglass"}, {"input-size", "64"}}},
    {"input-size", "40x32"},
    {"channels", "1"},
    {"dropout", "0.9"},
    {"precision", "bf16"},
    {"epochs", "2"},
    {"batch", "5"},
    {"optimizer", "rmsprop"},
    {"lr", "0.01"},
    {"momentum", "0.5"},
    {"beta2", "0.5"},
    {"weight-decay", "0.5"},
    {"l1", "0.01"},
    {"clip", "0.01"},
    {"schedule", "one-cycle"},
    {"warmup", "0"},
    {"drop-every", "2", {{"schedule", "step"}}},
    {"milestones", "1", {{"schedule", "multi-step"}}},
    {"gamma", "0.5", {{"schedule", "step"}}},
    {"plateau-patience", "0", {{"schedule", "plateau"}, {"lr", "10"}, {"epochs", "8"}}},
    {"final-ratio", "0.5"},
    {"loss", "mse"},
    {"ema", "0.5"},
    {"patience", "1", {{"lr", "1e-30"}}},
    {"start", "zero"},
    {"seed", "2"},
    {"nme", "box"},
};

/// The ranges of all augmentations, each with its augmentation on.
std::vector<Effect> augmentation_effects() {
  std::vector<Effect> effects;
  for (const Augmentation& a : augmentations()) {
    Settings on;
    for (const AugmentRange& range : a.ranges) {
      const float value = range.is_chance ? 0.5F : range.limit / (on.empty() ? 4 : 2);
      effects.push_back({"aug-" + std::string(range.name), exact_text(value), on});
      if (on.empty()) on = {{effects.back().option, range.is_chance ? "1" : effects.back().value}};
    }
  }
  return effects;
}

// What makes no difference to the figures of an epoch, and where it is tested instead.
const std::map<std::string, std::string> kElsewhere = {{"time", "budget_test.cpp"},
                                                       {"skip-bad", "cli/reading_test.cpp"},
                                                       {"exif", "cli/reading_test.cpp"},
                                                       {"max-pixels", "cli/reading_test.cpp"},
                                                       {"checkpoint-every", "checkpoint_test.cpp"},
                                                       {"tensorboard", "monitoring_test.cpp"},
                                                       {"cache-mb", "below"},
                                                       {"accept", "judged_data_test.cpp"}};

constexpr const char* kTinyNetwork = R"(
input = [32, 32, 3]
[[layer]]
kind = "conv2d"
out_channels = 8
stride = 2
activation = "relu"
[[layer]]
kind = "conv2d"
out_channels = 16
stride = 2
activation = "relu"
[[layer]]
kind = "dropout"
rate = 0.1
[[layer]]
kind = "landmarks"
)";

/// Replaces the first point of every other face by -1,-1.
void mark_missing(const std::filesystem::path& table) {
  std::ifstream in(table);
  std::string text;
  int row = 0;
  for (std::string line; std::getline(in, line); ++row) {
    const std::size_t first = line.find(',');
    const std::size_t third = line.find(',', line.find(',', first + 1) + 1);
    text += row % 2 == 1 ? line.substr(0, first) + ",-1,-1" + line.substr(third) : line;
    text += '\n';
  }
  in.close();
  std::ofstream(table) << text;
}

/// Three small sets of faces and a network that trains in milliseconds; relative names are meant in this folder.
class Workplace {
 public:
  Workplace() {
    write_synth_folder(folder_ / "faces", 20, 3, 40);
    write_synth_folder(folder_ / "others", 20, 4, 40);
    write_synth_folder(folder_ / "marked", 20, 5, 40);
    mark_missing(folder_ / "marked/gt.csv");
    // Found by either set's names, whatever their endings.
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "faces/images")) {
      const std::filesystem::path other = folder_ / "others/images" / entry.path().filename();
      if (!std::filesystem::exists(other)) std::filesystem::copy_file(entry.path(), other);
    }
    std::ofstream(folder_ / "tiny.toml") << kTinyNetwork;
  }

  [[nodiscard]] TrainOptions options(const Settings& settings) const;
  /// Everything an epoch tells but the time it took, of each epoch.
  [[nodiscard]] std::string story(const Settings& settings) const;

 private:
  test::TemporaryFolder folder_;
};

TrainOptions Workplace::options(const Settings& settings) const {
  TrainOptions options;
  options.data = {(folder_ / "faces").string()};
  options.model = (folder_ / "tiny.toml").string();
  options.input_size = 32;
  options.batch = 4;
  options.epochs = 4;
  options.augment = "none";
  options.ema = 0;
  for (const auto& [name, value] : settings) {
    std::string key = name;
    std::replace(key.begin(), key.end(), '-', '_');
    if (name == "data") options.data.clear();
    const bool is_place = value.starts_with("others") || value == "marked";
    set_option(options, *find_config_key(key), is_place ? (folder_ / value).string() : value);
  }
  return options;
}

std::string Workplace::story(const Settings& settings) const {
  const test::TemporaryFolder run;
  std::string text;
  TrainCallbacks callbacks;
  callbacks.epoch = [&](const EpochResult& e) {
    for (const double v : {e.lr, e.train_loss, e.train_mse100, e.val_loss, e.val_mse100, e.val_nme, e.fit_mse100}) {
      text += exact_text(v) + " ";
    }
    text += "\n";
  };
  (void)train(options(settings), into(run / "run", 1), callbacks);
  return text;
}

}  // namespace

TEST_CASE("every option of training changes the course of a training") {
  const Workplace work;
  std::map<Settings, std::string> without;
  std::vector<Effect> effects = augmentation_effects();
  effects.insert(effects.end(), kEffects.begin(), kEffects.end());
  for (const Effect& e : effects) {
    if (e.option == "precision" && kernels::choose_table(nullptr, Precision::bf16).precision != Precision::bf16)
      continue;
    if (!without.contains(e.given)) without[e.given] = work.story(e.given);
    Settings with = e.given;
    with.emplace_back(e.option, e.value);
    CHECK_MESSAGE(work.story(with) != without[e.given], e.option, " ", e.value, " makes no difference");
  }
  CHECK_MESSAGE(work.story({}) == without[{}], "the same options, another story");
}

TEST_CASE("no option of training is missing here") {
  for (const ConfigKey& key : config_keys()) {
    const bool known =
        std::holds_alternative<AugmentField>(key.field) || kElsewhere.contains(std::string(key.name)) ||
        std::any_of(kEffects.begin(), kEffects.end(), [&](const Effect& e) { return e.option == key.name; });
    CHECK_MESSAGE(known, key.name, " needs a line in kEffects");
  }
}

TEST_CASE("cache-mb decides how often an image is decoded, and nothing else") {
  class Counted final : public Dataset {
   public:
    explicit Counted(DatasetPtr base) : base_(std::move(base)) {}
    std::size_t size() const noexcept override { return base_->size(); }
    int points() const noexcept override { return base_->points(); }
    const std::string& name(std::size_t i) const override { return base_->name(i); }
    int width(std::size_t i) const override { return base_->width(i); }
    int height(std::size_t i) const override { return base_->height(i); }
    const Landmarks& landmarks(std::size_t i) const override { return base_->landmarks(i); }
    Image image(std::size_t i) const override {
      ++decoded;
      return base_->image(i);
    }
    mutable std::atomic<int> decoded = 0;

   private:
    DatasetPtr base_;
  };
  std::vector<int> decoded;
  std::vector<double> errors;
  const Workplace work;
  for (const char* megabytes : {"64", "0"}) {
    const test::TemporaryFolder run;
    const TrainOptions options = work.options({{"cache-mb", megabytes}});
    const auto faces = std::make_shared<Counted>(open_dataset(options.data.front()));
    errors.push_back(train(faces, options, into(run / "run", 1)).val_mse100);
    decoded.push_back(faces->decoded);
  }
  CHECK(decoded[1] >= 2 * decoded[0]);
  CHECK(errors[1] == errors[0]);
}
