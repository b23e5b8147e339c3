// SPDX-License-Identifier: MIT
#include "core/new_folder.hpp"

#include "core/file.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace fs = std::filesystem;

void check_new_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::symlink_status(folder, error).type() == fs::file_type::not_found) return;
  if (!fs::is_directory(folder, error)) {
    throw Error(ErrorCode::usage, path_text(folder) + " is there and is no folder. Choose another name.");
  }
  const fs::directory_iterator first(folder, error);
  if (!error && first != fs::directory_iterator()) {
    throw Error(ErrorCode::usage, path_text(folder) + " is not empty (it holds " + path_text(first->path().filename()) +
                                      "), and nothing in it is to be replaced. Choose another folder.");
  }
}

}  // namespace fpcpu
