// SPDX-License-Identifier: MIT
#include "cli/data_arguments.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "cli/train_arguments.hpp"
#include "data/data_options.hpp"
#include "options/config.hpp"
#include "train/training_data.hpp"

namespace fpcpu::cli {

namespace {

bool is_about_reading(const ConfigKey& key) {
  constexpr std::array<std::string_view, 7> kNames = {"images",   "missing", "exif", "max-pixels",
                                                      "skip-bad", "subset",  "seed"};
  return std::find(kNames.begin(), kNames.end(), key.name) != kNames.end();
}

}  // namespace

void add_data_options(Arguments& arguments) {
  for (const ConfigKey& key : config_keys()) {
    if (is_about_reading(key)) add_train_option(arguments, key, {});
  }
}

JudgedSet open_judged_set(const Arguments& arguments, const std::string& where) {
  TrainOptions options;
  for (const ConfigKey& key : config_keys()) {
    const std::string name(key.name);
    if (!is_about_reading(key) || !arguments.has(name)) continue;
    set_option(options, key, std::holds_alternative<bool TrainOptions::*>(key.field) ? "true" : arguments.text(name));
  }
  const DataOptions reading = data_options(options);
  check_effect(reading, {where});
  DataReport report;
  DatasetPtr data = open_dataset(where, reading, &report);
  tell(report, [](const std::string& text) { std::fprintf(stderr, "note: %s\n", text.c_str()); });
  return {.name = where, .data = std::move(data), .turned = reading.image.turn};
}

DatasetPtr open_data(const Arguments& arguments, const std::string& where) {
  return open_judged_set(arguments, where).data;
}

}  // namespace fpcpu::cli
