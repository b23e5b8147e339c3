// SPDX-License-Identifier: MIT
// A folder of .pts files, one face each, as 300-W and menpo write them:
//   version: 1
//   n_points: 68
//   { x y ... }
// The image is the file of the same name beside it. Pixels are counted from 1 there; here the first is 0.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "data/tables/formats/table_format.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu::formats {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;
constexpr int kMostPoints = 4096;

class PtsReader {
 public:
  explicit PtsReader(const fs::path& path)
      : file_(path_text(path)), content_(read_file(path, kMaxBytes)), text_(content_) {}

  Landmarks read() {
    int points = -1;
    for (std::string_view word = next(); word != "{"; word = next()) {
      if (word.empty()) fail("no '{' before the points.");
      if (word != "n_points:") continue;
      const float count = number("the number of points");
      if (!(count >= 1 && count <= kMostPoints && std::floor(count) == count)) {
        fail("n_points must be a whole number from 1 to " + std::to_string(kMostPoints) + ".");
      }
      points = static_cast<int>(count);
    }
    Landmarks face;
    for (int j = 0; points < 0 ? peek() != "}" : j < 2 * points; ++j) {
      if (j >= 2 * kMostPoints) fail("more than " + std::to_string(kMostPoints) + " points.");
      face.xy.push_back(number("a coordinate") - 1.0F);
    }
    if (next() != "}") fail("expected '}' behind " + std::to_string(face.xy.size() / 2) + " points.");
    if (face.xy.size() < 2 || face.xy.size() % 2 != 0) fail("an odd number of coordinates.");
    face.visible.assign(face.xy.size() / 2, 1.0F);
    return face;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::format, file_ + " line " + std::to_string(line_) + ": " + what);
  }

  std::string_view next() {
    while (!text_.empty() && std::string_view(" \t\r\n").find(text_.front()) != std::string_view::npos) {
      line_ += text_.front() == '\n' ? 1 : 0;
      text_.remove_prefix(1);
    }
    const std::string_view word = text_.substr(0, text_.find_first_of(" \t\r\n"));
    text_.remove_prefix(word.size());
    return word;
  }

  std::string_view peek() {
    const std::string_view text = text_;
    const int line = line_;
    const std::string_view word = next();
    text_ = text;
    line_ = line;
    return word;
  }

  float number(const char* what) {
    const std::string_view word = next();
    float value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size() || !std::isfinite(value)) {
      fail(std::string("expected ") + what + ", not '" + excerpt(word) + "'.");
    }
    return value;
  }

  std::string file_;
  std::string content_;
  std::string_view text_;
  int line_ = 1;
};

/// Calls `found` with every .pts file until it returns false.
template <class Found>
void for_each_pts(const fs::path& folder, const Found& found) {
  std::error_code status;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, status);
  for (const fs::recursive_directory_iterator end; !status && it != end; it.increment(status)) {
    if (it->path().extension() == ".pts" && !found(it->path())) return;
  }
}

bool holds_pts(const fs::path& folder) {
  bool any = false;
  for_each_pts(folder, [&](const fs::path&) {
    any = true;
    return false;
  });
  return any;
}

PointsTable read_folder(const fs::path& folder) {
  std::vector<fs::path> files;
  for_each_pts(folder, [&](const fs::path& file) {
    files.push_back(file);
    return true;
  });
  std::sort(files.begin(), files.end());
  PointsTable table;
  for (const fs::path& file : files) {
    Landmarks face = PtsReader(file).read();
    const int points = static_cast<int>(face.visible.size());
    if (table.points == 0) table.points = points;
    if (points != table.points) {
      throw Error(ErrorCode::format, path_text(file) + " has " + std::to_string(points) + " points, " +
                                         table.places.front() + " has " + std::to_string(table.points) + ".");
    }
    fs::path name = file.lexically_relative(folder);
    table.names.push_back(path_text(name.replace_extension()));
    table.places.push_back(path_text(file));
    table.rows.push_back(std::move(face));
  }
  if (table.rows.empty()) throw Error(ErrorCode::format, path_text(folder) + " holds no .pts files.");
  return table;
}

}  // namespace

TableFormat pts() { return {.name = "pts", .expected = ".pts files", .looks_right = holds_pts, .read = read_folder}; }

}  // namespace fpcpu::formats
