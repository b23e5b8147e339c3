#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// The content of a gt.csv or a prediction file.
struct PointsTable {
  int points = 0;                  // K, from the header
  std::vector<std::string> names;  // one per row, unique, relative, never leaving their folder
  std::vector<Landmarks> rows;
  std::vector<int> lines;  // line of each row in the file, counted from 1
  std::vector<std::string> point_names;  // K, or empty where the header only counts the points
};

/// Reads `filename,x1,y1,...,xK,yK`. Accepts CRLF, a byte order mark, quoted names, spaces around numbers, blank lines;
/// an empty cell or `nan` makes the point not visible (its xy are then 0). Independent of the locale.
/// @throws Error{io} if the file cannot be read, Error{format} with file, line and column for everything else.
[[nodiscard]] PointsTable read_points_csv(const std::filesystem::path& path);

/// The same format as text: numbers with up to `decimals` digits after the point, cells of invisible points empty.
[[nodiscard]] std::string points_csv(std::span<const std::string> names, std::span<const Landmarks> rows, int points,
                                     int decimals = 2);
/// Writes it to a file. @throws Error{resource} if the file cannot be written.
void write_points_csv(const std::filesystem::path& path, std::span<const std::string> names,
                      std::span<const Landmarks> rows, int points, int decimals = 2);

}  // namespace fpcpu
