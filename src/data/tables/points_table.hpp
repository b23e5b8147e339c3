// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// Faces and their points as a file lists them, whatever its format.
struct PointsTable {
  int points = 0;                        // K
  std::vector<std::string> names;        // image of each row, as written
  std::vector<Landmarks> rows;           // xy of a point that is not visible is 0
  std::vector<std::string> places;       // of each row, for messages: "faces/gt.csv line 17"
  std::vector<std::string> point_names;  // K, or empty where the file only counts the points
  std::vector<std::string> notes;        // what the reader has to tell the user
};

}  // namespace fpcpu
