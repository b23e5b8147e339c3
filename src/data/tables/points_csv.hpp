// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/tables/points_table.hpp"

namespace fpcpu {

/// Reads a table of points: a header as read_header knows it, one image a row, in any dialect of CsvReader. With ';' or
/// tabs numbers may have a decimal comma. An empty cell, NA, NaN, null, None, - or ? makes the point not visible (its
/// xy are then 0), and so does 0 in its column of visibility. Independent of the locale.
/// @throws Error{io} if the file cannot be read, Error{format} with file, line and column for everything else.
[[nodiscard]] PointsTable read_points_csv(const std::filesystem::path& path);

/// The same format as text: numbers with up to `decimals` digits after the point, cells of invisible points empty.
[[nodiscard]] std::string points_csv(std::span<const std::string> names, std::span<const Landmarks> rows, int points,
                                     int decimals = 2);
/// Writes it to a file. @throws Error{resource} if the file cannot be written.
void write_points_csv(const std::filesystem::path& path, std::span<const std::string> names,
                      std::span<const Landmarks> rows, int points, int decimals = 2);

}  // namespace fpcpu
