// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "io/toml.hpp"

namespace fpcpu {

using TomlEntries = std::vector<TomlEntry>;

/// Numbers from `from` to `to`.
struct SweepInterval {
  std::optional<TomlEntry> from;
  std::optional<TomlEntry> to;
  bool log = false;
};

/// An option that varies: over a list, or an interval to draw from.
struct SweepAxis {
  std::string option;  // as the file names it: "weight_decay"
  int line = 0;
  std::map<std::size_t, TomlEntries> choices;  // what sets the option, by position in the list
  SweepInterval interval;
  [[nodiscard]] bool is_interval() const { return choices.empty(); }
};

struct SweepVariant {
  std::string name;
  int line = 0;
  TomlEntries entries;
};

/// A sweep file as it stands, before anything is combined.
struct SweepContent {
  TomlEntries base;
  std::vector<SweepAxis> axes;
  std::map<std::size_t, SweepVariant> variants;
  std::int64_t count = 0;
  int count_line = 0;
  std::uint64_t seed = 1;
  std::vector<std::uint64_t> seeds;
  bool has_sweep = false;
};

/// Reads the tables and lists of a sweep file; option values are checked by whoever applies them.
/// @throws Error{io|format|usage} with file and line: no TOML, unknown keys, lists where numbers belong.
[[nodiscard]] SweepContent read_sweep_content(const std::filesystem::path& file);

}  // namespace fpcpu
