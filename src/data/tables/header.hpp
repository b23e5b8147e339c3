// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/tables/csv_reader.hpp"

namespace fpcpu {

/// Where things stand in a row of a table of points.
struct TableLayout {
  struct Point {
    std::size_t x = 0;
    std::size_t y = 0;
    std::optional<std::size_t> visible;
  };
  std::size_t columns = 0;               // cells of a row
  std::size_t file = 0;                  // the name of the image
  std::vector<Point> points;             // in their order
  std::vector<std::string> point_names;  // as many, or empty where the header only counts
  std::vector<std::string> titles;       // of all columns, for messages
  std::vector<std::size_t> untitled;     // columns without a name behind the others: they must be empty
};

/// Reads a header by its names, in any order and case:
///   x1,y1  x_1,y_1  NAME_x,NAME_y  NAME.x  x_NAME      coordinates; counted from 0 or 1, or named
///   v1  NAME_v  NAME_visible                          0 = not visible
///   filename  file  image  path ...                   the image; or else the first column
///   box_x,box_y,box_w,box_h  xmin,ymin,xmax,ymax      a box, not used
///   width  height  index  id, a first column without name    not used
/// Counted points are in the order of their numbers, named ones in that of their x columns.
/// @throws Error{format} through `csv` for a header of other names, naming the column.
[[nodiscard]] TableLayout read_header(const CsvReader& csv, const std::vector<std::string>& titles);

}  // namespace fpcpu
