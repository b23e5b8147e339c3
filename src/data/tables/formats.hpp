// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "data/tables/points_table.hpp"

namespace fpcpu {

/// Reads a table of points in whatever format it is: CSV, imglab XML, COCO keypoints, a folder of .pts files.
/// @throws Error{io} if it does not exist, Error{format} with its place, or naming the layout expected.
[[nodiscard]] PointsTable read_table(const std::filesystem::path& path);

/// The table that stands for a folder: gt.csv, or the only file that looks like one, or the folder itself if it holds
/// .pts files. @throws Error{format} naming the layout expected, or the files that could be meant.
[[nodiscard]] std::filesystem::path find_table(const std::filesystem::path& folder);

// One reader a format; each file says which conventions of coordinates it translates.
[[nodiscard]] PointsTable read_imglab(const std::filesystem::path& file);
[[nodiscard]] PointsTable read_coco(const std::filesystem::path& file);
[[nodiscard]] PointsTable read_pts_folder(const std::filesystem::path& folder);

/// Names that only count the points, 0, 1, 2 ... or 01, 02, ..., say nothing: they become none.
[[nodiscard]] std::vector<std::string> unless_counted(std::vector<std::string> names);

}  // namespace fpcpu
