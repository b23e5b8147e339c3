// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/points_table.hpp"

namespace fpcpu {

/// A way in which programs write points down.
struct TableFormat {
  std::string_view name;
  std::string_view expected;                       // what it is, for the message about a place that is none of these
  std::span<const std::string_view> endings = {};  // of its file, in lower case; none: it is a folder
  /// Whether a file of that ending, or a folder, is in this format. May throw Error where it cannot be read.
  bool (*looks_right)(const std::filesystem::path&);
  /// @throws Error{format} with the place
  PointsTable (*read)(const std::filesystem::path&);
};

[[nodiscard]] std::span<const TableFormat> table_formats();

/// Whether `text` stands in the first 64 KiB of a file. @throws Error{io} if it cannot be read
[[nodiscard]] bool first_bytes_hold(const std::filesystem::path& file, std::string_view text);

/// Names that only count the points, 0, 1, 2 ... or 01, 02, ..., say nothing: they become none.
[[nodiscard]] std::vector<std::string> unless_counted(std::vector<std::string> names);

}  // namespace fpcpu
