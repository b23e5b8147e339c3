// SPDX-License-Identifier: MIT
#include "cli/train_arguments.hpp"

#include <algorithm>

#include "core/number_text.hpp"
#include "data/augment_options.hpp"
#include "fpcpu/error.hpp"
#include "options/config.hpp"
#include "train/run_start.hpp"

namespace fpcpu::cli {

namespace {

bool is_repeated(const ConfigKey& key) {
  return std::holds_alternative<std::vector<std::string> TrainOptions::*>(key.field);
}

/// The text of the help with the value that holds when the option is not given.
std::string help_of(const ConfigKey& key, const TrainOptions& defaults) {
  std::string value = option_text(defaults, key);
  if (const auto* range = std::get_if<AugmentField>(&key.field)) {
    value = exact_text(augment_preset(defaults.augment)[range->range]);
  }
  if (value.empty()) value = "none";
  return key.help + " (" + value + ")";
}

bool is_switch(const ConfigKey& key) { return std::holds_alternative<bool TrainOptions::*>(key.field); }

}  // namespace

void add_train_options(Arguments& a, std::span<const std::string_view> without) {
  a.option("config", "FILE", "read options from a configuration file; options on the command line win (none)", "run");
  for (const ConfigKey& key : config_keys()) {
    if (std::find(without.begin(), without.end(), key.name) == without.end()) add_train_option(a, key, {});
  }
}

void add_train_option(Arguments& a, const ConfigKey& key, const TrainOptions& defaults) {
  if (is_switch(key)) {
    a.flag(std::string(key.name), std::string(key.help), std::string(key.group));
  } else {
    a.option(std::string(key.name), std::string(key.value), help_of(key, defaults), std::string(key.group),
             is_repeated(key));
  }
}

void add_resume_option(Arguments& a, const std::string& help) { a.option("resume", "RUN", help + " (none)", "run"); }

std::vector<std::pair<std::string, std::string>> read_changes(const Arguments& a) {
  std::vector<std::pair<std::string, std::string>> changes;
  for (const ConfigKey& key : config_keys()) {
    const std::string name(key.name);
    if (!may_change(name) || !a.has(name)) continue;
    for (const std::string& value : a.texts(name)) changes.emplace_back(name, value);
  }
  return changes;
}

TrainOptions read_train_options(const Arguments& a, bool changes_too) {
  if (!a.positional().empty()) {
    throw Error(ErrorCode::usage, "fpcpu " + a.command() + " takes no argument '" + a.positional().front() +
                                      "'. Did you mean --data " + a.positional().front() + "?");
  }
  TrainOptions options;
  if (a.has("config") && a.has("resume")) {
    throw Error(ErrorCode::usage, "--resume takes its options from the run; leave --config out.");
  }
  if (a.has("config")) read_config(a.text("config"), options);
  for (const ConfigKey& key : config_keys()) {
    const std::string name(key.name);
    if (!a.has(name)) continue;
    if (a.has("resume")) {
      if (changes_too && may_change(name)) continue;
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

RunOptions read_run_options(const Arguments& a) {
  RunOptions run;
  run.threads = a.threads();
  run.isa = a.isa();
  run.out = a.text("out");
  run.resume = a.text("resume");
  return run;
}

}  // namespace fpcpu::cli
