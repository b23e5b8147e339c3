#include "predict/prediction_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <string_view>

#include "core/file.hpp"
#include "data/csv_reader.hpp"
#include "fpcpu/error.hpp"
#include "io/json_text.hpp"

namespace fpcpu {

namespace {

constexpr int kDecimals = 3;

/// The number as a table has it: "26.4540".
std::string coordinate_cell(float value) {
  std::array<char, 64> text{};
  char* end =
      std::to_chars(text.data(), text.data() + text.size() - 1, value, std::chars_format::fixed, kDecimals).ptr;
  *end++ = '0';
  std::string_view cell(text.data(), static_cast<std::size_t>(end - text.data()));
  const bool is_minus_zero = cell == "-0.0000";
  return std::string(is_minus_zero ? cell.substr(1) : cell);
}

bool is_coordinate_cell(std::string_view cell) {
  const std::size_t point = cell.find('.');
  return point != std::string_view::npos && cell.size() == point + kDecimals + 2 && cell.back() == '0';
}

std::string header(int points) {
  std::string text = "filename";
  for (int k = 1; k <= points; ++k) text += ",x" + std::to_string(k) + ",y" + std::to_string(k);
  return text;
}

bool is_own_table(const std::filesystem::path& file) {
  const std::string content = read_file(file);
  const std::string_view first = std::string_view(content).substr(0, content.find('\n'));
  const auto points = static_cast<int>(std::count(first.begin(), first.end(), ',') / 2);
  if (points < 1 || first != header(points)) return false;
  CsvReader csv(path_text(file), content);
  std::vector<std::string> cells;
  (void)csv.next(cells);
  while (csv.next(cells)) {
    if (cells.size() != static_cast<std::size_t>(2 * points + 1)) return false;
    if (!std::all_of(cells.begin() + 1, cells.end(), is_coordinate_cell)) return false;
  }
  return true;
}

bool is_own_json(const std::filesystem::path& file) {
  constexpr std::size_t kFirstObject = 8192;  // a long file name and all keys; the points come last
  const std::string content = read_file(file, kFirstObject);
  if (content == to_json(std::vector<JsonObject>{})) return true;
  std::size_t at = 0;
  for (const char* key : {"[\n{\"filename\":", "\"width\":", "\"height\":", "\"model\":", "\"milliseconds\":",
                          "\"points\":["}) {
    at = content.find(key, at);
    if (at == std::string::npos) return false;
  }
  return content.starts_with('[');
}

}  // namespace

std::string detections_csv(std::span<const Detection> detections, int points) {
  std::string text = header(points) + '\n';
  for (const Detection& d : detections) {
    if (!d.error.empty()) continue;
    text += csv_cell(d.name);
    for (const float v : d.points) text += ',' + coordinate_cell(v);
    text += '\n';
  }
  return text;
}

std::string detections_json(std::span<const Detection> detections, const std::string& model) {
  std::vector<JsonObject> objects;
  for (const Detection& d : detections) {
    if (!d.error.empty()) continue;
    objects.push_back({{"filename", d.name},
                       {"width", std::int64_t{d.width}},
                       {"height", std::int64_t{d.height}},
                       {"model", model},
                       {"milliseconds", d.milliseconds},
                       {"points", d.points}});
  }
  return to_json(objects);
}

void write_detections(const std::string& file, std::span<const Detection> detections, int points,
                      const std::string& model) {
  if (file.ends_with(".csv")) {
    write_file_atomically(file, detections_csv(detections, points));
  } else if (file.ends_with(".json")) {
    write_file_atomically(file, detections_json(detections, model));
  } else {
    throw Error(ErrorCode::usage, "--out " + file + ": the name must end in .csv or .json.");
  }
}

bool is_prediction_file(const std::filesystem::path& file) {
  try {
    return path_text(file).ends_with(".json") ? is_own_json(file) : is_own_table(file);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace fpcpu
