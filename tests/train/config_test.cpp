#include "train/config.hpp"

#include <doctest/doctest.h>

#include <fstream>

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
    } else if (std::holds_alternative<double TrainOptions::*>(k.field)) {
      set_option(options, k, "0.0625");
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
