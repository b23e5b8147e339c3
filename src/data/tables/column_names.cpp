// SPDX-License-Identifier: MIT
#include "data/tables/column_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace fpcpu {

namespace {

using Part = ColumnName::Part;

constexpr std::array<std::string_view, 24> kFileTitles = {
    "filename",  "file_name",  "file",     "image_path", "imagepath", "img_path",  "image_file", "image_name",
    "imagename", "img_name",   "image",    "img",        "path",      "file_path", "filepath",   "photo",
    "picture",   "frame_name", "image_id", "img_id",     "imageid",   "name",      "frame",      "id"};

// An index that pandas, R or a database put there, the size of the image, and edges of a box.
constexpr std::array<std::string_view, 40> kUnusedTitles = {
    "index", "idx",    "id",          "no",           "nr",        "row",        "face",    "face_id",
    "width", "height", "image_width", "image_height", "img_width", "img_height", "image_w", "image_h",
    "img_w", "img_h",  "imagewidth",  "imageheight",  "channels",  "image_size", "w",       "h",
    "xmin",  "ymin",   "xmax",        "ymax",         "left",      "top",        "right",   "bottom",
    "box",   "bbox",   "box_left",    "box_top",      "box_right", "box_bottom", "area",    "unnamed_0"};

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

/// What one word of a title stands for.
Part part_of(std::string_view word) {
  const std::string w = lower_text(word);
  if (w == "x") return Part::x;
  if (w == "y") return Part::y;
  if (w == "v" || w == "vis" || w == "visible" || w == "visibility") return Part::visible;
  if (w == "w" || w == "width") return Part::width;
  if (w == "h" || w == "height") return Part::height;
  return Part::none;
}

constexpr std::string_view kBetween = "_.- :[]";

std::string_view without_ends(std::string_view text) {
  const auto first = text.find_first_not_of(kBetween);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBetween) - first + 1);
}

}  // namespace

std::string lower_text(std::string_view text) {
  std::string out;
  for (const char c : text) out += lower(c);
  return out;
}

ColumnName parse_column_name(std::string_view title) {
  title = without_ends(title);
  if (const Part whole = part_of(title); whole != Part::none) return {whole, ""};
  // "x12", "visible_3", "x_nose": the part first.
  const std::size_t word = static_cast<std::size_t>(
      std::find_if(title.begin(), title.end(), [](char c) { return !is_letter(c); }) - title.begin());
  const std::string_view rest = without_ends(title.substr(word));
  if (const Part part = part_of(title.substr(0, word)); part != Part::none && !rest.empty()) {
    return {part, std::string(rest)};
  }
  // "nose_x", "12.y": the part last.
  const std::size_t last = title.find_last_of(kBetween);
  if (last != std::string_view::npos) {
    if (const Part part = part_of(title.substr(last + 1)); part != Part::none) {
      return {part, std::string(without_ends(title.substr(0, last)))};
    }
  }
  // "noseX", "12y": a part that is set off by its case or by a digit before it.
  const char end = title.empty() ? ' ' : title.back();
  const char before = title.size() < 2 ? ' ' : title[title.size() - 2];
  const bool set_off = is_digit(before) || (end == lower(end) ? false : before == lower(before) && is_letter(before));
  const Part part = set_off ? part_of(title.substr(title.size() - 1)) : Part::none;
  if (part == Part::x || part == Part::y || part == Part::visible) {
    return {part, std::string(title.substr(0, title.size() - 1))};
  }
  return {};
}

std::string plain_title(std::string_view title) {
  std::string plain;
  for (const char c : without_ends(title)) {
    const bool between = kBetween.find(c) != std::string_view::npos;
    if (between && plain.ends_with('_')) continue;
    plain += between ? '_' : lower(c);
  }
  return plain;
}

int file_title_rank(const std::string& plain) {
  const auto* it = std::find(kFileTitles.begin(), kFileTitles.end(), plain);
  return it == kFileTitles.end() ? -1 : static_cast<int>(it - kFileTitles.begin());
}

bool is_unused_title(const std::string& plain) {
  // What detect --confidence writes.
  if (plain.size() > 1 && plain.front() == 'c' && std::all_of(plain.begin() + 1, plain.end(), is_digit)) return true;
  if (std::find(kUnusedTitles.begin(), kUnusedTitles.end(), plain) != kUnusedTitles.end()) return true;
  // "face_xmin", "x_max", "bbox_min_y"
  std::string edge;
  for (const char c : plain) {
    if (c != '_') edge += c;
  }
  constexpr std::array<std::string_view, 8> kEdges = {"xmin", "xmax", "ymin", "ymax", "minx", "maxx", "miny", "maxy"};
  if (std::any_of(kEdges.begin(), kEdges.end(), [&](std::string_view e) { return edge.ends_with(e); })) return true;
  constexpr std::array<std::string_view, 4> kBoxes = {"box_", "bbox_", "rect_", "bounding_box_"};
  return std::any_of(kBoxes.begin(), kBoxes.end(), [&](std::string_view b) { return plain.starts_with(b); });
}

}  // namespace fpcpu
