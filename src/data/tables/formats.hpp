// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "data/tables/points_table.hpp"

namespace fpcpu {

/// Reads a table of points in whatever format of formats/ it is.
/// @throws Error{io} if it does not exist, Error{format} with its place, or naming the layout expected.
[[nodiscard]] PointsTable read_table(const std::filesystem::path& path);

/// The table that stands for a folder: gt.csv, or the only file that looks like one, or the folder itself if it holds
/// .pts files. @throws Error{format} naming the layout expected, or the files that could be meant.
[[nodiscard]] std::filesystem::path find_table(const std::filesystem::path& folder);

}  // namespace fpcpu
