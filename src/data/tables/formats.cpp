// SPDX-License-Identifier: MIT
#include "data/tables/formats.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "core/word_list.hpp"
#include "data/tables/column_names.hpp"
#include "data/tables/formats/table_format.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxTableBytes = std::uintmax_t{512} << 20U;

std::string expected() {
  std::vector<std::string_view> all;
  for (const TableFormat& format : table_formats()) all.push_back(format.expected);
  return "Expected " + word_list(all, "or") + ".";
}

/// A file that cannot be read is none that is meant.
bool looks_right(const TableFormat& format, const fs::path& path) {
  try {
    return format.looks_right(path);
  } catch (const Error&) {
    return false;
  }
}

/// The format of a file by its ending; if several share it, the first that looks right. Null if there is none.
const TableFormat* format_of(const fs::path& file) {
  const std::string ending = lower_text(path_text(file.extension()));
  std::vector<const TableFormat*> candidates;
  for (const TableFormat& format : table_formats()) {
    if (std::ranges::count(format.endings, ending) > 0) candidates.push_back(&format);
  }
  if (candidates.empty()) return nullptr;
  if (candidates.size() == 1) return candidates.front();
  const auto right = std::ranges::find_if(candidates, [&](const auto* format) { return looks_right(*format, file); });
  return right == candidates.end() ? candidates.front() : *right;
}

/// The format in which a whole folder is a table; null if it is in none.
const TableFormat* format_of_folder(const fs::path& folder) {
  for (const TableFormat& format : table_formats()) {
    if (format.endings.empty() && looks_right(format, folder)) return &format;
  }
  return nullptr;
}

}  // namespace

PointsTable read_table(const fs::path& path) {
  std::error_code status;
  const bool is_folder = fs::is_directory(path, status);
  if (!is_folder && !fs::exists(path, status)) throw Error(ErrorCode::io, path_text(path) + " does not exist.");
  const TableFormat* format = is_folder ? format_of_folder(path) : format_of(path);
  if (format == nullptr) throw Error(ErrorCode::format, path_text(path) + " is no known table. " + expected());
  if (is_folder) return format->read(path);
  const std::uintmax_t size = fs::file_size(path, status);
  if (!status && size > kMaxTableBytes) {
    throw Error(ErrorCode::format, path_text(path) + " has " + std::to_string(size >> 20U) + " MB, the limit is " +
                                       std::to_string(kMaxTableBytes >> 20U) + ". Split it.");
  }
  return format->read(path);
}

fs::path find_table(const fs::path& folder) {
  std::error_code status;
  if (fs::exists(folder / "gt.csv", status)) return folder / "gt.csv";
  std::vector<fs::path> found;
  fs::directory_iterator it(folder, fs::directory_options::skip_permission_denied, status);
  for (const fs::directory_iterator end; !status && it != end; it.increment(status)) {
    std::error_code kind;
    if (!it->is_regular_file(kind)) continue;
    const TableFormat* format = format_of(it->path());
    if (format != nullptr && looks_right(*format, it->path())) found.push_back(it->path());
  }
  if (found.size() == 1) return found.front();
  std::sort(found.begin(), found.end());
  if (found.size() > 1) {
    throw Error(ErrorCode::format, path_text(folder) + " has no gt.csv; " + path_text(found[0].filename()) + " and " +
                                       path_text(found[1].filename()) + " could be meant. Name one: --data " +
                                       path_text(found[0]));
  }
  if (format_of_folder(folder) != nullptr) return folder;
  throw Error(ErrorCode::io, path_text(folder / "gt.csv") + " does not exist. " + expected());
}

}  // namespace fpcpu
