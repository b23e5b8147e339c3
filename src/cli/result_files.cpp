// SPDX-License-Identifier: MIT
#include "cli/result_files.hpp"

#include "core/file.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu::cli {

namespace fs = std::filesystem;

namespace {

fs::path canonical_name(const fs::path& file) {
  std::error_code error;
  fs::path path = fs::weakly_canonical(file, error);
  return error ? file : path;
}

bool is_there(const fs::path& file) {
  std::error_code error;
  return fs::symlink_status(file, error).type() != fs::file_type::not_found;
}

}  // namespace

void ResultFiles::add_option(Arguments& arguments) {
  arguments.flag("overwrite",
                 "replace a file that was not written by this command; never an input, a table of true points or a "
                 "model",
                 "output");
}

void ResultFiles::keep(const fs::path& file, const std::string& what) {
  if (!file.empty()) kept_.emplace(canonical_name(file), what);
}

std::string ResultFiles::reason_to_keep(const fs::path& file, IsOwn is_own) const {
  if (const auto kept = kept_.find(canonical_name(file)); kept != kept_.end()) return "is " + kept->second;
  const std::string ending = path_text(file.extension());
  std::error_code error;
  if (path_text(file.filename()) == "gt.csv") return "is a table of true points";
  if (ending == ".csv" && fs::is_directory(file.parent_path() / "images", error) && !is_own(file)) {
    return "may be a table of true points (there is a folder images beside it)";
  }
  if (ending == ".safetensors") return "may be a model";
  return {};
}

void ResultFiles::check(const std::string& option, const fs::path& file, IsOwn is_own) const {
  const std::string name = option + " " + path_text(file);
  std::error_code error;
  if (const fs::path folder = file.parent_path(); !folder.empty() && !fs::is_directory(folder, error)) {
    throw Error(ErrorCode::resource,
                name + ": there is no folder " + path_text(folder) + ". Create it first.");
  }
  if (!is_there(file)) return;
  if (const std::string reason = reason_to_keep(file, is_own); !reason.empty()) {
    throw Error(ErrorCode::usage, name + " " + reason + ", and no result replaces one. Choose another name.");
  }
  if (!fs::is_regular_file(file, error)) {
    throw Error(ErrorCode::usage, name + " is there and is not a regular file. Choose another name.");
  }
  if (overwrite_ || fs::is_empty(file, error) || is_own(file)) return;
  throw Error(ErrorCode::usage, name + " is there already and is no earlier result of this command. Choose another "
                                       "name, or say --overwrite to replace it.");
}

}  // namespace fpcpu::cli
