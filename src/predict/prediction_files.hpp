// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "fpcpu/predictor.hpp"

namespace fpcpu {

/// What a table has beside or in place of x1,y1,...
struct CsvColumns {
  std::vector<std::string> names = {};  ///< of the points, for a header NAME_x,NAME_y; empty: x1,y1
  bool confidence = false;              ///< c1,...,cK behind the coordinates: Detection::errors
};

/// `filename,x1,y1,...` of the detections that succeeded, as text. Coordinates are rounded to a thousandth of a pixel
/// and written with a zero behind ("26.4540"): that tells them from labels, see is_prediction_file().
[[nodiscard]] std::string detections_csv(std::span<const Detection> detections, int points,
                                         const CsvColumns& columns = {});
/// The same as a JSON array with image size, model name, milliseconds and, unless empty, the names of the points and
/// the errors expected, with their unit.
[[nodiscard]] std::string detections_json(std::span<const Detection> detections, const std::string& model,
                                          const std::vector<std::string>& names, const std::string& error_unit);
/// Whether a file holds what detections_csv() or detections_json() gives and nothing else: a CSV table of which every
/// coordinate is in its form, or a JSON array with its keys. Labels of a user are none, nor are predictions corrected
/// by hand, although their header is the same. False for a file that cannot be read.
[[nodiscard]] bool is_prediction_file(const std::filesystem::path& file);

}  // namespace fpcpu
