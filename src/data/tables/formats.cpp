// SPDX-License-Identifier: MIT
#include "data/tables/formats.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "data/tables/column_names.hpp"
#include "data/tables/csv_reader.hpp"
#include "data/tables/header.hpp"
#include "data/tables/points_csv.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxTableBytes = std::uintmax_t{512} << 20U;
constexpr std::size_t kFirstBytes = std::size_t{64} << 10U;

constexpr const char* kLayouts =
    "gt.csv (filename,x1,y1,...,xK,yK) with images/, an imglab .xml, a COCO keypoints .json, or .pts files";

bool first_bytes_hold(const fs::path& file, std::string_view text) {
  return read_file(file, kFirstBytes).find(text) != std::string::npos;
}

bool looks_like_csv(const fs::path& file) {
  const std::string text = read_file(file, kFirstBytes);
  try {
    CsvReader csv("", text);
    std::vector<std::string> titles;
    return csv.next(titles) && !read_header(csv, titles).points.empty();
  } catch (const Error&) {
    return false;
  }
}

bool looks_like_imglab(const fs::path& file) { return first_bytes_hold(file, "<dataset"); }
bool looks_like_coco(const fs::path& file) {
  return first_bytes_hold(file, "\"images\"") || first_bytes_hold(file, "\"annotations\"");
}

/// A format that is one file: how it ends, whether a file that nobody named is one, and its reader.
struct FileFormat {
  std::string_view ending;
  bool (*looks_like)(const fs::path&);
  PointsTable (*read)(const fs::path&);
};

constexpr std::array<FileFormat, 4> kFormats = {{{".csv", looks_like_csv, read_points_csv},
                                                 {".tsv", looks_like_csv, read_points_csv},
                                                 {".xml", looks_like_imglab, read_imglab},
                                                 {".json", looks_like_coco, read_coco}}};

const FileFormat* format_of(const fs::path& file) {
  const std::string ending = lower_text(path_text(file.extension()));
  const auto* it =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const FileFormat& f) { return f.ending == ending; });
  return it == kFormats.end() ? nullptr : it;
}

bool holds_pts(const fs::path& folder) {
  std::error_code status;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, status);
  for (const fs::recursive_directory_iterator end; !status && it != end; it.increment(status)) {
    if (it->path().extension() == ".pts") return true;
  }
  return false;
}

}  // namespace

PointsTable read_table(const fs::path& path) {
  std::error_code status;
  if (fs::is_directory(path, status)) return read_pts_folder(path);
  if (!fs::exists(path, status)) throw Error(ErrorCode::io, path_text(path) + " does not exist.");
  const FileFormat* format = format_of(path);
  if (format == nullptr) {
    throw Error(ErrorCode::format, path_text(path) + " is no known table. Expected " + kLayouts + ".");
  }
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
    const FileFormat* format = format_of(it->path());
    std::error_code kind;
    if (format == nullptr || !it->is_regular_file(kind)) continue;
    try {
      if (format->looks_like(it->path())) found.push_back(it->path());
    } catch (const Error&) {  // a file that cannot be read is none that is meant
    }
  }
  if (found.size() == 1) return found.front();
  std::sort(found.begin(), found.end());
  if (found.size() > 1) {
    throw Error(ErrorCode::format, path_text(folder) + " has no gt.csv; " + path_text(found[0].filename()) + " and " +
                                       path_text(found[1].filename()) + " could be meant. Name one: --data " +
                                       path_text(found[0]));
  }
  if (holds_pts(folder)) return folder;
  throw Error(ErrorCode::io, path_text(folder / "gt.csv") + " does not exist. Expected " + kLayouts + ".");
}

std::vector<std::string> unless_counted(std::vector<std::string> names) {
  int first = 0;
  for (std::size_t k = 0; k < names.size(); ++k) {
    int number = -1;
    const char* end = names[k].data() + names[k].size();
    if (std::from_chars(names[k].data(), end, number).ptr != end || number < 0) return names;
    if (k == 0) first = number;
    if (first > 1 || number != first + static_cast<int>(k)) return names;
  }
  return {};
}

}  // namespace fpcpu
