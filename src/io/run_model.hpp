// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

namespace fpcpu {

/// Whether `path` is the folder of a run: it has a model.safetensors. Any other folder is one of pictures.
[[nodiscard]] bool is_run(const std::filesystem::path& path);

/// The model that `path` means: the file itself, or that of the run. @throws Error{io} for a folder without a model.
[[nodiscard]] std::filesystem::path model_file_of(const std::filesystem::path& path);

}  // namespace fpcpu
