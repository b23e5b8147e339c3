// SPDX-License-Identifier: MIT
#include "predict/prediction_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <string_view>

#include "core/file.hpp"
#include "data/tables/csv_reader.hpp"
#include "fpcpu/error.hpp"
#include "io/json_text.hpp"

namespace fpcpu {

namespace {

constexpr int kDecimals = 3;

/// The number as a table has it: "26.4540".
std::string coordinate_cell(float value) {
  std::array<char, 64> text{};
  char* end = std::to_chars(text.data(), text.data() + text.size() - 1, value, std::chars_format::fixed, kDecimals).ptr;
  *end++ = '0';
  std::string_view cell(text.data(), static_cast<std::size_t>(end - text.data()));
  const bool is_minus_zero = cell == "-0.0000";
  return std::string(is_minus_zero ? cell.substr(1) : cell);
}

bool is_coordinate_cell(std::string_view cell) {
  const std::size_t point = cell.find('.');
  return point != std::string_view::npos && cell.size() == point + kDecimals + 2 && cell.back() == '0';
}

std::string header(int points, const CsvColumns& columns) {
  const std::vector<std::string>& names = columns.names;
  std::string text = "filename";
  for (int k = 1; k <= points; ++k) {
    if (names.empty()) {
      text += ",x" + std::to_string(k) + ",y" + std::to_string(k);
    } else {
      const std::string& name = names[static_cast<std::size_t>(k - 1)];
      text += ',' + csv_cell(name + "_x") + ',' + csv_cell(name + "_y");
    }
  }
  for (int k = 1; columns.confidence && k <= points; ++k) text += ",c" + std::to_string(k);
  return text;
}

/// Whether titles are those of header(), with or without names.
bool is_own_header(std::vector<std::string> titles) {
  const auto errors = std::find(titles.begin(), titles.end(), "c1");
  const auto count = titles.end() - errors;
  for (auto e = errors; e != titles.end(); ++e) {
    if (*e != "c" + std::to_string(e - errors + 1)) return false;
  }
  titles.erase(errors, titles.end());
  if (count != 0 && titles.size() != 1 + 2 * static_cast<std::size_t>(count)) return false;
  if (titles.size() < 3 || titles.size() % 2 == 0 || titles[0] != "filename") return false;
  for (std::size_t c = 1; c < titles.size(); c += 2) {
    const std::string number = std::to_string((c + 1) / 2);
    const std::string name = titles[c].ends_with("_x") ? titles[c].substr(0, titles[c].size() - 2) : "";
    const bool counted = titles[c] == "x" + number && titles[c + 1] == "y" + number;
    if (!counted && (name.empty() || titles[c + 1] != name + "_y")) return false;
  }
  return true;
}

bool is_own_table(const std::filesystem::path& file) {
  const std::string content = read_file(file);
  CsvReader csv(path_text(file), content);
  std::vector<std::string> cells;
  if (!csv.next(cells) || !is_own_header(cells)) return false;
  const std::size_t columns = cells.size();
  while (csv.next(cells)) {
    if (cells.size() != columns) return false;
    if (!std::all_of(cells.begin() + 1, cells.end(), is_coordinate_cell)) return false;
  }
  return true;
}

bool is_own_json(const std::filesystem::path& file) {
  constexpr std::size_t kFirstObject = 8192;  // a long file name and all keys; the points come last
  const std::string content = read_file(file, kFirstObject);
  if (content == to_json(std::vector<JsonObject>{})) return true;
  std::size_t at = 0;
  for (const char* key :
       {"[\n{\"filename\":", "\"width\":", "\"height\":", "\"model\":", "\"milliseconds\":", "\"points\":["}) {
    at = content.find(key, at);
    if (at == std::string::npos) return false;
  }
  return content.starts_with('[');
}

}  // namespace

std::string detections_csv(std::span<const Detection> detections, int points, const CsvColumns& columns) {
  std::string text = header(points, columns) + '\n';
  for (const Detection& d : detections) {
    if (!d.error.empty()) continue;
    text += csv_cell(d.name);
    for (const float v : d.points) text += ',' + coordinate_cell(v);
    for (std::size_t k = 0; columns.confidence && k < d.errors.size(); ++k) text += ',' + coordinate_cell(d.errors[k]);
    text += '\n';
  }
  return text;
}

std::string detections_json(std::span<const Detection> detections, const std::string& model,
                            const std::vector<std::string>& names, const std::string& error_unit) {
  std::vector<JsonObject> objects;
  for (const Detection& d : detections) {
    if (!d.error.empty()) continue;
    objects.push_back({{"filename", d.name},
                       {"width", std::int64_t{d.width}},
                       {"height", std::int64_t{d.height}},
                       {"model", model},
                       {"milliseconds", d.milliseconds},
                       {"points", d.points}});
    if (!names.empty()) objects.back().emplace_back("point_names", names);
    if (d.errors.empty()) continue;
    objects.back().emplace_back("confidence", d.errors);
    objects.back().emplace_back("confidence_unit", "expected error in % of " + error_unit);
  }
  return to_json(objects);
}

bool is_prediction_file(const std::filesystem::path& file) {
  try {
    return path_text(file).ends_with(".json") ? is_own_json(file) : is_own_table(file);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace fpcpu
