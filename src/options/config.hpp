// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fpcpu/dataset.hpp"
#include "fpcpu/train_options.hpp"
#include "io/toml.hpp"

namespace fpcpu {

/// A range of the augmentation (AugmentRange), in TrainOptions::augment_ranges.
struct AugmentField {
  std::string_view range;
};

/// What a number that may be as large as it likes is held against.
inline constexpr double kAnyNumber = 1e9;

/// One training option: the single source for the command line, the configuration file and their checks.
struct ConfigKey {
  using Field = std::variant<bool TrainOptions::*, int TrainOptions::*, double TrainOptions::*,
                             std::uint64_t TrainOptions::*, InputSize TrainOptions::*, std::string TrainOptions::*,
                             std::vector<std::string> TrainOptions::*, AugmentField>;
  std::string name;        // "val-split" on the command line, "val_split" in the file
  std::string_view value;  // what stands for the value in --help; empty for a switch
  std::string help;
  Field field;
  double low = 0;  // numbers must be in [low, high]
  double high = 0;
  std::string_view group = {};  // data, augmentation, network, learning, monitoring
};

/// All of them, in the order of --help and of config.toml.
[[nodiscard]] std::span<const ConfigKey> config_keys();

/// Sets one option from text. @throws Error{usage} naming the option and what it accepts.
void set_option(TrainOptions& options, const ConfigKey& key, std::string_view text);

/// Value of an option as text, the inverse of set_option.
[[nodiscard]] std::string option_text(const TrainOptions& options, const ConfigKey& key);

/// Names that must exist (optimizer, schedule, loss, augment, precision), values that exclude each other and ranges of
/// the augmentation without effect.
/// @throws Error{usage} naming the nearest known name.
void check_options(const TrainOptions& options);

/// How the options of a training read its data. @throws Error{usage} for an unknown name.
[[nodiscard]] DataOptions data_options(const TrainOptions& options);

/// The option that config.toml calls `name` ("val_split"), or null.
[[nodiscard]] const ConfigKey* find_config_key(std::string_view name);

/// Sets options from values of the TOML file `file`. @throws Error{usage} with file and line.
void apply_entries(TrainOptions& options, std::span<const TomlEntry> entries, const std::string& file);

/// Reads a configuration file over `options`. @throws Error{io|format|usage} with file and line.
void read_config(const std::filesystem::path& file, TrainOptions& options);

/// A configuration file: every option, with the version. Reading it back gives equal options.
/// @param comment  the lines at its top that say what it is for, without "# "; may be empty.
[[nodiscard]] std::string config_text(const TrainOptions& options, std::span<const std::string> comment = {});

}  // namespace fpcpu
