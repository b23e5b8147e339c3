// SPDX-License-Identifier: MIT
// Options as a whole: each of them is used by a test, and all of training together repeat a run.
#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "cli/program.hpp"
#include "data/decode.hpp"
#include "support/help_options.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::check_one_line;
using test::contains;
using test::Outcome;
using test::read_text;
using test::run_program;
using test::TemporaryFolder;

namespace {

/// Every option of training that a configuration can hold together with the others, with a value that is not its
/// default where another suits the rest. `time` is left out: it chooses `epochs`.
const std::vector<std::pair<std::string, std::string>> kAll = {
    {"data", "faces"},
    {"val", "synth:6:5"},
    {"val-split", "0.25"},
    {"mirror", "0,1,2,3,4,5,6,7,8,9,10,11,12,13"},
    {"accept", "outlier"},
    {"cache-mb", "1"},
    {"images", "pictures"},
    {"missing", "-1"},
    {"exif", "ignore"},
    {"max-pixels", "1000000"},
    {"subset", "20"},
    {"augment", "basic"},
    {"aug-mirror", "0.25"},
    {"aug-rotation", "30"},
    {"aug-rotation-chance", "0.5"},
    {"aug-scale", "0.2"},
    {"aug-shift", "0.0625"},
    {"aug-perspective", "0.1"},
    {"aug-crop", "0.25"},
    {"aug-crop-chance", "0.5"},
    {"aug-brightness", "0.1"},
    {"aug-contrast", "0.5"},
    {"aug-gamma", "0.5"},
    {"aug-hue", "0.1"},
    {"aug-saturation", "0.5"},
    {"aug-value", "0.25"},
    {"aug-gray", "0.2"},
    {"aug-occlusion", "0.4"},
    {"aug-occlusion-chance", "0.5"},
    {"aug-blur", "2"},
    {"aug-blur-chance", "0.5"},
    {"aug-noise", "0.1"},
    {"aug-noise-chance", "0.5"},
    {"aug-jpeg-chance", "0.5"},
    {"aug-jpeg-low", "20"},
    {"aug-jpeg-high", "60"},
    {"aug-calm", "0.5"},
    {"model", "small"},
    {"head", "coordinates"},
    {"input-size", "40x32"},
    {"channels", "3"},
    {"dropout", "0.3"},
    {"precision", "bf16"},
    {"epochs", "2"},
    {"batch", "6"},
    {"optimizer", "nesterov"},
    {"lr", "0.001"},
    {"momentum", "0.8"},
    {"beta2", "0.9"},
    {"weight-decay", "0.001"},
    {"l1", "1e-05"},
    {"clip", "5"},
    {"schedule", "one-cycle"},
    {"warmup", "0.5"},
    {"drop-every", "3"},
    {"milestones", "1,2"},
    {"gamma", "0.5"},
    {"plateau-patience", "2"},
    {"final-ratio", "0.1"},
    {"loss", "wing"},
    {"ema", "0.9"},
    {"patience", "7"},
    {"start", "zero"},
    {"seed", "7"},
    {"nme", "inter-pupil"},
    {"checkpoint-every", "2.5"},
};

/// A line of config.toml.
std::string line_of(std::string option, const std::string& value, const std::string& quote) {
  std::replace(option.begin(), option.end(), '-', '_');
  const std::string text = quote + value + quote;
  return "\n" + option + " = " + (option == "data" ? "[" + text + "]" : text) + "\n";
}

}  // namespace

TEST_CASE("every option of every help is used by a test") {
  const TemporaryFolder folder;
  const std::string sources = test::sources_of_tests(std::filesystem::path(FPCPU_SOURCE_DIR) / "tests");
  for (const std::string command : {"train", "augment", "detect", "eval", "compare", "synth", "lr-find", "kfold",
                                    "sweep", "info", "inspect", "plan"}) {
    const std::vector<std::string> options = test::options_of_help(run_program(folder, command + " --help").out);
    CHECK_MESSAGE(options.size() >= 5, command);
    for (const std::string& option : options) {
      CHECK_MESSAGE(test::is_used(option, sources), "fpcpu ", command, " --", option);
    }
  }
}

TEST_CASE("all options of training at once: config.toml holds them and repeats the run bit for bit; options win") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 24 --size 40 --quiet").code == 0);
  std::filesystem::rename(folder / "faces/images", folder / "pictures");
  std::string options = " --tensorboard --skip-bad";
  for (const auto& [name, value] : kAll) options += " --" + name + " " + value;
  const Outcome run = run_program(folder, "train --out a --quiet" + options);
  REQUIRE_MESSAGE(run.code == 0, run.err);
  const std::string config = read_text(folder / "a/config.toml");
  for (const auto& o : kAll) {
    const bool there =
        contains(config, line_of(o.first, o.second, "")) || contains(config, line_of(o.first, o.second, "'"));
    CHECK_MESSAGE(there, o.first);
  }
  // The options of the help, not those known here, are what a configuration has to repeat.
  for (const std::string& option : test::options_of_help(run_program(folder, "train --help").out)) {
    const bool kept = contains(config, line_of(option, "", "").substr(0, option.size() + 4));
    const bool set = std::any_of(kAll.begin(), kAll.end(), [&](const auto& o) { return o.first == option; });
    const bool elsewhere = option == "time" || option == "tensorboard" || option == "skip-bad" || option == "version";
    CHECK_MESSAGE((!kept || set || elsewhere), option, " needs a line in kAll");
  }
  REQUIRE(run_program(folder, "train --config a/config.toml --out b --quiet --threads 1").code == 0);
  CHECK(read_text(folder / "b/model.safetensors") == read_text(folder / "a/model.safetensors"));
  CHECK(read_text(folder / "b/config.toml") == config);
  REQUIRE(run_program(folder, "train --config a/config.toml --seed 9 --out c --quiet").code == 0);
  CHECK(read_text(folder / "c/model.safetensors") != read_text(folder / "a/model.safetensors"));
  CHECK(contains(read_text(folder / "c/config.toml"), "\nseed = 9\n"));
}

TEST_CASE("seed and size decide the faces of synth, the mirror table those of augment") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth a --count 2 --size 40 --quiet").code == 0);
  REQUIRE(run_program(folder, "synth b --count 2 --size 40 --seed 2 --quiet").code == 0);
  CHECK(read_text(folder / "a/gt.csv") != read_text(folder / "b/gt.csv"));
  for (const auto& entry : std::filesystem::directory_iterator(folder / "a/images")) {
    CHECK(decode_image(entry.path(), 3).width == 40);
  }
  check_one_line(run_program(folder, "augment a --out s.png --mirror 1,2"), 2, {"mirror table '1,2'"});
}

TEST_CASE("every command that computes takes threads, instruction set and precision, and can be quiet") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 8 --size 40 --quiet").out.empty());
  const std::string quick = "--data faces --input-size 32 --batch 4 ";
  const Outcome trained = run_program(folder, "train " + quick + "--epochs 1 --out run --threads 3 --isa eigen");
  REQUIRE(trained.code == 0);
  CHECK(contains(trained.out, "eigen fp32, 3 threads"));
  CHECK(contains(run_program(folder, "info --threads 3").out, "threads           3\n"));
  const std::string model = "run/model.safetensors";
  for (const std::string& command :
       {"train --fast " + quick, "lr-find --steps 10 --out lr " + quick, "kfold --folds 2 --epochs 1 --out k " + quick,
        "detect " + model + " faces/images --out p.csv", "eval " + model + " --data faces", "plan " + model}) {
    CAPTURE(command);
    check_one_line(run_program(folder, command + " --isa quantum"), 2, {"quantum"});
    check_one_line(run_program(folder, command + " --threads 0"), 2, {"--threads 0"});
  }
  for (const std::string& command :
       {"train --fast " + quick, "lr-find --steps 10 --out lr " + quick,
        "detect " + model + " faces/images --out p.csv", std::string("augment faces --out sheet.png --count 2")}) {
    const Outcome o = run_program(folder, command + " --quiet");
    CHECK_MESSAGE(o.code == 0, o.err);
    CHECK_MESSAGE(o.out.empty(), command, o.out);
  }
  for (const std::string& command :
       {"detect " + model + " faces/images", "eval " + model + " --data faces", std::string("plan small")}) {
    CHECK_MESSAGE(
        contains(run_program(folder, command + " --isa eigen --precision bf16").err, "note: --precision bf16"),
        command);
  }
  check_one_line(run_program(folder, "detect " + model + " faces/images --batch 0"), 2, {"--batch 0"});
}
