#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fpcpu/trainer.hpp"

namespace fpcpu {

/// One training option: the single source for the command line, the configuration file and their checks.
struct ConfigKey {
  using Field =
      std::variant<bool TrainOptions::*, int TrainOptions::*, double TrainOptions::*, std::uint64_t TrainOptions::*,
                   std::string TrainOptions::*, std::vector<std::string> TrainOptions::*>;
  std::string_view name;   // "val-split" on the command line, "val_split" in the file
  std::string_view group;  // data, network, learning, monitoring
  std::string_view value;  // what stands for the value in --help; empty for a switch
  std::string_view help;
  Field field;
  double low = 0;  // numbers must be in [low, high]
  double high = 0;
};

[[nodiscard]] std::span<const ConfigKey> config_keys();

/// Sets one option from text. @throws Error{usage} naming the option and what it accepts.
void set_option(TrainOptions& options, const ConfigKey& key, std::string_view text);

/// Value of an option as text, the inverse of set_option.
[[nodiscard]] std::string option_text(const TrainOptions& options, const ConfigKey& key);

/// Names that must exist (optimizer, schedule, loss, augment, precision) and values that exclude each other.
/// @throws Error{usage} naming the nearest known name.
void check_options(const TrainOptions& options);

/// Reads a configuration file over `options`. @throws Error{io|format|usage} with file and line.
void read_config(const std::filesystem::path& file, TrainOptions& options);

/// The configuration file of a run: every option, with the version. Reading it back gives equal options.
[[nodiscard]] std::string config_text(const TrainOptions& options);

}  // namespace fpcpu
