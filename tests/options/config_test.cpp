// SPDX-License-Identifier: MIT
#include "options/config.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "data/augments/registry.hpp"
#include "options/augmentation.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;

namespace {

std::filesystem::path write(const test::TemporaryFolder& folder, const std::string& text) {
  std::ofstream(folder / "config.toml") << text;
  return folder / "config.toml";
}

const ConfigKey& key(std::string_view name) {
  for (const ConfigKey& k : config_keys()) {
    if (k.name == name) return k;
  }
  FAIL("no such option");
  return config_keys().front();
}

}  // namespace

TEST_CASE("every option survives being written and read, with a value that is not its default") {
  const TrainOptions defaults;
  for (const ConfigKey& k : config_keys()) {
    TrainOptions options;
    if (std::holds_alternative<std::vector<std::string> TrainOptions::*>(k.field)) {
      options.data = {"a folder", "synth:12"};
    } else if (std::holds_alternative<std::string TrainOptions::*>(k.field)) {
      set_option(options, k, "some 'text' with \"quotes\"");
    } else if (std::holds_alternative<double TrainOptions::*>(k.field) ||
               std::holds_alternative<AugmentField>(k.field)) {
      set_option(options, k, "0.0625");
    } else if (k.name == "channels") {
      set_option(options, k, "1");
    } else if (std::holds_alternative<bool TrainOptions::*>(k.field)) {
      set_option(options, k, option_text(defaults, k) == "true" ? "false" : "true");
    } else {
      set_option(options, k, "17");
    }
    CHECK_MESSAGE(option_text(options, k) != option_text(defaults, k), k.name);
    const test::TemporaryFolder folder;
    TrainOptions again;
    read_config(write(folder, config_text(options)), again);
    for (const ConfigKey& other : config_keys()) {
      CHECK_MESSAGE(option_text(again, other) == option_text(options, other), k.name << " -> " << other.name);
    }
  }
}

TEST_CASE("mistakes in a configuration are named with file and line") {
  const test::TemporaryFolder folder;
  TrainOptions options;
  const std::string unknown =
      message_of(ErrorCode::usage, [&] { read_config(write(folder, "epochs = 3\nbacth = 4\n"), options); });
  CHECK(contains(unknown, "line 2"));
  CHECK(contains(unknown, "'batch'"));
  const std::string range = message_of(ErrorCode::usage, [&] { read_config(write(folder, "epochs = 0\n"), options); });
  CHECK(contains(range, "line 1"));
  CHECK(contains(range, "at least 1"));
}

TEST_CASE("a configuration of a newer program is refused, of an older one read") {
  const test::TemporaryFolder folder;
  TrainOptions options;
  const auto refusal = [&](const std::string& version) {
    return message_of(ErrorCode::usage, [&] { read_config(write(folder, "version = " + version + "\n"), options); });
  };
  for (const char* newer : {"\"99.0.0\"", "\"0.999\""}) {
    const std::string text = refusal(newer);
    CHECK(contains(text, "line 1: the file is of fpcpu"));
    CHECK(contains(text, "or remove the line"));
  }
  for (const char* none : {"\"new\"", "\"1\"", "\"1.x\"", "2"}) CHECK(contains(refusal(none), "is no version"));
  read_config(write(folder, "version = \"0.0.9\"\nepochs = 7\n"), options);
  CHECK(options.epochs == 7);
}

TEST_CASE("values out of range and unknown names are usage errors") {
  TrainOptions options;
  CHECK(contains(message_of(ErrorCode::usage, [&] { set_option(options, key("batch"), "many"); }), "--batch many"));
  CHECK(contains(message_of(ErrorCode::usage, [&] { set_option(options, key("val-split"), "1.5"); }), "0.9"));
  options.optimizer = "adma";
  CHECK(contains(message_of(ErrorCode::usage, [&] { check_options(options); }), "'adam'"));
  options = {};
  options.loss = "hinge";
  CHECK(contains(message_of(ErrorCode::usage, [&] { check_options(options); }), "wing"));
  options = {};
  options.augment = "ful";
  CHECK(contains(message_of(ErrorCode::usage, [&] { check_options(options); }), "full"));
  options = {};
  options.data = {"a", "b"};
  options.val = "b";
  CHECK(contains(message_of(ErrorCode::usage, [&] { check_options(options); }), "'b'"));
  options = {};
  options.precision = "bf61";
  CHECK(contains(message_of(ErrorCode::usage, [&] { check_options(options); }), "bf16"));
}

TEST_CASE("every range of the augmentation replaces one of the preset's and no other") {
  TrainOptions plain;
  plain.augment = "full";
  const AugmentOptions preset = augment_options(plain, 3);
  CHECK(preset == augment_preset("full"));
  std::vector<AugmentOptions> seen = {preset};
  for (const ConfigKey& k : config_keys()) {
    if (k.group != "augmentation" || k.name == "augment") continue;
    TrainOptions options = plain;
    set_option(options, k, "0.0625");
    const AugmentOptions changed = augment_options(options, 3);
    CHECK_MESSAGE(std::find(seen.begin(), seen.end(), changed) == seen.end(), k.name);
    seen.push_back(changed);
    set_option(options, k, "-1");
    CHECK(augment_options(options, 3) == preset);
    CHECK(contains(message_of(ErrorCode::usage, [&] { set_option(options, k, "-0.5"); }), std::string(k.name)));
  }
  CHECK(seen.size() == augment_ranges().size() + 1);
}

TEST_CASE("resolved ranges are the preset's, decimal for decimal, and stand on their own") {
  for (const char* preset : {"none", "basic", "full"}) {
    for (const int channels : {1, 3}) {
      TrainOptions options;
      options.augment = preset;
      options.channels = channels;
      TrainOptions resolved = options;
      resolve_augmentation(resolved, channels);
      CHECK_NOTHROW(check_options(resolved));
      CHECK(augment_options(resolved, channels) == augment_options(options, channels));
      if (std::string(preset) == "full") CHECK(option_text(resolved, key("aug-calm")) == "0.1");
      // Whatever the preset was: everything that is on has been written down.
      AugmentOptions ranges = augment_options(options, channels);
      resolved.augment = "none";
      CHECK(augment_options(resolved, channels) == ranges);
    }
  }
}

TEST_CASE("ranges without effect, out of their limits or unknown are refused") {
  const auto refused = [](const auto& change) {
    TrainOptions options;
    options.augment = "basic";
    change(options);
    return message_of(ErrorCode::usage, [&] { check_options(options); });
  };
  CHECK(contains(refused([](TrainOptions& o) { o.augment_ranges["noise-chance"] = 1; }), "Give --aug-noise too"));
  CHECK(contains(refused([](TrainOptions& o) { o.augment_ranges["jpeg-low"] = 10; }), "--aug-jpeg-chance"));
  CHECK(contains(
      refused([](TrainOptions& o) { o.augment_ranges["jpeg-chance"] = 1, o.augment_ranges["jpeg-high"] = 20; }),
      "--aug-jpeg-low"));
  CHECK(contains(refused([](TrainOptions& o) { o.augment_ranges["hue"] = 0.1F, o.channels = 1; }), "--aug-hue"));
  CHECK(contains(refused([](TrainOptions& o) { o.augment = "none", o.augment_ranges["calm"] = 0.1F; }), "--aug-calm"));
  CHECK(contains(refused([](TrainOptions& o) { o.channels = 2; }), "1 (gray) or 3 (colour)"));
  CHECK(contains(refused([](TrainOptions& o) { o.augment_ranges["scale"] = 7; }), "--aug-scale 7: expected a number"));
  CHECK(contains(refused([](TrainOptions& o) { o.augment_ranges["rotatoin"] = 7; }), "'rotation'"));
  TrainOptions gray;
  gray.augment = "full";
  gray.channels = 1;
  CHECK_NOTHROW(check_options(gray));
}

TEST_CASE("a size is a side or width x height") {
  TrainOptions options;
  set_option(options, key("input-size"), "96x112");
  CHECK(options.input_size == InputSize{96, 112});
  CHECK(option_text(options, key("input-size")) == "96x112");
  set_option(options, key("input-size"), "64");
  CHECK(options.input_size == InputSize{64, 64});
  for (const char* wrong : {"96x", "x96", "96x0", "96x2000", "-5", "96x96x3", "large"}) {
    CHECK(contains(message_of(ErrorCode::usage, [&] { set_option(options, key("input-size"), wrong); }), wrong));
  }
}
