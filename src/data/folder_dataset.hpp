#pragma once

#include <filesystem>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// DIR/gt.csv and DIR/images/. Reads the table and the header of every image now, pixels when asked for.
/// @throws Error{io|format} with file and line.
[[nodiscard]] DatasetPtr open_folder(const std::filesystem::path& dir);
/// The same with table and images in places of their own.
[[nodiscard]] DatasetPtr open_faces(const std::filesystem::path& csv, const std::filesystem::path& images);

}  // namespace fpcpu
