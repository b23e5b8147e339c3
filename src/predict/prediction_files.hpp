// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "fpcpu/predictor.hpp"

namespace fpcpu {

/// `filename,x1,y1,...` of the detections that succeeded, as text. Coordinates are rounded to a thousandth of a pixel
/// and written with a zero behind ("26.4540"): that tells them from labels, see is_prediction_file().
/// @param names  of the points, for a header NAME_x,NAME_y; empty: x1,y1
[[nodiscard]] std::string detections_csv(std::span<const Detection> detections, int points,
                                         std::span<const std::string> names = {});
/// The same as a JSON array with image size, model name, milliseconds and, unless empty, the names of the points.
[[nodiscard]] std::string detections_json(std::span<const Detection> detections, const std::string& model,
                                          const std::vector<std::string>& names = {});
/// Writes one of the two, as the ending of `file` says (.csv or .json), atomically.
/// @param in_header  whether a table has the names of the points, which JSON has always
/// @throws Error{usage} for another ending.
void write_detections(const std::string& file, std::span<const Detection> detections, const Preprocessing& model_points,
                      const std::string& model, bool in_header);

/// Whether a file holds what write_detections() writes and nothing else: a CSV table of which every coordinate is in
/// its form, or a JSON array with its keys. Labels of a user are none, nor are predictions corrected by hand, although
/// their header is the same. False for a file that cannot be read.
[[nodiscard]] bool is_prediction_file(const std::filesystem::path& file);

}  // namespace fpcpu
