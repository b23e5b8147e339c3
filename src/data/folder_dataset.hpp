// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// DIR/gt.csv, or a table file, with the images that its rows name. Reads the table and the header of every image now,
/// pixels when asked for. `options.subset` is not looked at.
/// @param report may be null.
/// @throws Error{io|format} with file and line, one for all images that cannot be used.
[[nodiscard]] DatasetPtr open_faces(const std::filesystem::path& path, const DataOptions& options = {},
                                    DataReport* report = nullptr);

}  // namespace fpcpu
