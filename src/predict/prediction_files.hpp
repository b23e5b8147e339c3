#pragma once

#include <span>
#include <string>

#include "fpcpu/predictor.hpp"

namespace fpcpu {

/// `filename,x1,y1,...` of the detections that succeeded, as text.
[[nodiscard]] std::string detections_csv(std::span<const Detection> detections, int points);
/// The same as a JSON array with image size, model name and milliseconds.
[[nodiscard]] std::string detections_json(std::span<const Detection> detections, const std::string& model);
/// Writes one of the two, as the ending of `file` says (.csv or .json), atomically.
/// @throws Error{usage} for another ending.
void write_detections(const std::string& file, std::span<const Detection> detections, int points,
                      const std::string& model);

}  // namespace fpcpu
