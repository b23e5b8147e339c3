// SPDX-License-Identifier: MIT
#include "data/tables/table_images.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace fs = std::filesystem;

namespace {

// Beyond these a folder is no folder of faces but somebody's disk.
constexpr std::size_t kMostFiles = 2'000'000;
constexpr int kDeepest = 16;

constexpr std::array<const char*, 10> kEndings = {".jpg", ".png",  ".jpeg", ".bmp", ".JPG",
                                                  ".PNG", ".JPEG", ".BMP",  ".jpe", ".jfif"};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool has_image_ending(const fs::path& file) {
  const std::string ending = lower(path_text(file.extension()));
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

bool is_file(const fs::path& path) {
  std::error_code status;
  return fs::is_regular_file(path, status);
}

bool is_folder(const fs::path& path) {
  std::error_code status;
  return fs::is_directory(path, status);
}

/// `path` itself or with an ending of an image; empty if neither is a file.
fs::path existing(const fs::path& path) {
  if (is_file(path)) return path;
  if (has_image_ending(path)) return {};
  for (const char* ending : kEndings) {
    fs::path longer = path;
    longer += ending;
    if (is_file(longer)) return longer;
  }
  return {};
}

bool leaves(const fs::path& name) { return name.is_absolute() || (!name.empty() && *name.begin() == ".."); }

std::string with_slashes(std::string name) {
  std::replace(name.begin(), name.end(), '\\', '/');
  return name;
}

/// The last folder of a path that may end in a slash or be ".".
fs::path last_part(const fs::path& folder) {
  std::error_code status;
  fs::path whole = fs::absolute(folder, status).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();
  return whole.filename();
}

/// `name` without its leading folders up to one that is called like `folder`, or images: another image of the same name
/// is not taken. Empty if there is no such file.
fs::path behind_own_folder(const fs::path& name, const fs::path& folder) {
  const fs::path own = last_part(folder);
  for (auto part = name.begin(); part != name.end(); ++part) {
    if (*part != own && *part != "images") continue;
    fs::path rest;
    for (auto next = std::next(part); next != name.end(); ++next) rest /= *next;
    if (rest.empty()) continue;
    fs::path file = existing(folder / rest);
    if (!file.empty()) return file;
  }
  return {};
}

}  // namespace

ImageFinder::ImageFinder(const fs::path& table_folder, const std::string& images) {
  if (!images.empty()) {
    folders_ = {text_path(images)};
    if (!is_folder(folders_.front())) throw Error(ErrorCode::io, "--images " + images + " is no folder.");
    return;
  }
  if (is_folder(table_folder / "images")) {
    folders_ = {table_folder / "images", table_folder};
  } else {
    folders_ = {table_folder, table_folder / ".." / "images"};
  }
}

ImageFinder::Found ImageFinder::find(const std::string& written) {
  Found found;
  if (find_direct(written, found)) return found;
  const std::string slashes = with_slashes(written);
  if (slashes != written && find_direct(slashes, found)) return found;
  if (leaves(text_path(slashes).lexically_normal())) {
    throw Error(ErrorCode::format,
                "the name '" + excerpt(written) + "' leaves the images folder. Give a name inside it.");
  }
  if (find_below(slashes, found)) return found;
  throw Error(ErrorCode::io, path_text(folder() / text_path(printable(written))) + " does not exist.");
}

bool ImageFinder::find_direct(const std::string& written, Found& found) const {
  const fs::path name = text_path(written).lexically_normal();
  for (const fs::path& folder : folders_) {
    fs::path file = leaves(name) ? fs::path{} : existing(folder / name);
    if (file.empty()) file = behind_own_folder(name, folder);
    if (file.empty()) continue;
    found = {file, path_text(file.lexically_relative(folder))};
    return true;
  }
  return false;
}

bool ImageFinder::find_below(const std::string& written, Found& found) {
  if (written.find('/') != std::string::npos) return false;
  if (!walked_) walk();
  const auto entry = below_.find(lower(written));
  if (entry == below_.end()) return false;
  const std::vector<fs::path>& files = entry->second;
  if (files.size() > 1) {
    throw Error(ErrorCode::format, "'" + excerpt(written) + "' may be " + path_text(files[0]) + " or " +
                                       path_text(files[1]) + ". Write the name with its folder.");
  }
  found = {files[0], path_text(files[0].lexically_relative(folder()))};
  return true;
}

void ImageFinder::walk() {
  walked_ = true;
  std::error_code status;
  std::size_t seen = 0;
  fs::recursive_directory_iterator it(folder(), fs::directory_options::skip_permission_denied, status);
  for (const fs::recursive_directory_iterator end; !status && it != end && seen < kMostFiles; it.increment(status)) {
    ++seen;
    if (it.depth() >= kDeepest) it.disable_recursion_pending();
    std::error_code kind;
    if (!has_image_ending(it->path()) || !it->is_regular_file(kind)) continue;
    below_[lower(path_text(it->path().filename()))].push_back(it->path());
    below_[lower(path_text(it->path().stem()))].push_back(it->path());
  }
  // The order of a folder is the file system's own.
  for (auto& [name, files] : below_) std::sort(files.begin(), files.end());
}

}  // namespace fpcpu
