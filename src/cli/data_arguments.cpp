#include "cli/data_arguments.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "data/data_options.hpp"
#include "train/config.hpp"
#include "train/setup.hpp"

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
    if (!is_about_reading(key)) continue;
    const std::string name(key.name);
    if (std::holds_alternative<bool TrainOptions::*>(key.field)) {
      arguments.flag(name, "leave out rows whose image cannot be read", "data");
    } else {
      arguments.option(name, std::string(key.value), std::string(key.help), "data");
    }
  }
}

DatasetPtr open_data(const Arguments& arguments, const std::string& where) {
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
  return data;
}

}  // namespace fpcpu::cli
