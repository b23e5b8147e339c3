// SPDX-License-Identifier: MIT
#include "io/run_model.hpp"

#include "core/file.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

constexpr const char* kModel = "model.safetensors";

}  // namespace

bool is_run(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path / kModel, error);
}

std::filesystem::path model_file_of(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return path;
  if (is_run(path)) return path / kModel;
  throw Error(ErrorCode::io, path_text(path) +
                                 " holds no model.safetensors, so it is not the folder of a run. Give a "
                                 "run or a model file.");
}

}  // namespace fpcpu
