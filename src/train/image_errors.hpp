// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "train/metrics.hpp"

namespace fpcpu {

/// val_errors.csv of a run folder: the errors of its best model on each validation image, in the order of the set.
struct ImageErrors {
  std::vector<std::string> names;
  std::vector<ImageError> errors;  // NaN for an image without visible points
};

/// Writes `filename,mse100,nme`. @throws Error{resource}
void write_image_errors(const std::filesystem::path& file, const Dataset& data, const Metrics& metrics);

/// @throws Error{io} if it cannot be read, Error{format} with file and line.
[[nodiscard]] ImageErrors read_image_errors(const std::filesystem::path& file);

}  // namespace fpcpu
