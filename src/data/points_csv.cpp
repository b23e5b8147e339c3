#include "data/points_csv.hpp"

#include <charconv>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "core/file.hpp"
#include "data/csv_reader.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

bool equals_nan(std::string_view s) {
  return s.size() == 3 && (s[0] == 'n' || s[0] == 'N') && (s[1] == 'a' || s[1] == 'A') && (s[2] == 'n' || s[2] == 'N');
}

/// "x1", "y1", "x2" ... for cell 1, 2, 3 ... of a row.
std::string coordinate_name(std::size_t cell) {
  return std::string(cell % 2 == 1 ? "x" : "y").append(std::to_string((cell + 1) / 2));
}

std::string layout(int points) {
  if (points == 1) return "x1,y1";
  const std::string k = std::to_string(points);
  return points == 2 ? "x1,y1,x2,y2" : "x1,y1,...,x" + k + ",y" + k;
}

int read_header(CsvReader& csv, const std::string& file) {
  std::vector<std::string> cells;
  if (!csv.next(cells))
    throw Error(ErrorCode::format, file + " is empty. It needs a header: filename,x1,y1,...,xK,yK.");
  if (cells.size() > 1) {
    float number = 0;
    const auto parsed = std::from_chars(cells[1].data(), cells[1].data() + cells[1].size(), number);
    if (parsed.ec == std::errc{}) csv.fail("no header. The first line must be filename,x1,y1,...,xK,yK.");
  }
  if (cells.size() < 3) csv.fail("the header names no points, expected filename,x1,y1,...,xK,yK.");
  if (cells.size() % 2 == 0) {
    csv.fail("the header has " + std::to_string(cells.size() - 1) +
             " columns after the file name, expected an even number (x1,y1,...,xK,yK).");
  }
  return static_cast<int>(cells.size() / 2);
}

void check_name(const CsvReader& csv, const std::string& name) {
  if (name.empty()) csv.fail("the file name is empty.");
  const std::filesystem::path path = text_path(name);
  bool leaves = path.is_absolute();
  for (const auto& part : path) leaves = leaves || part == "..";
  if (leaves) csv.fail("the name '" + name + "' leaves the images folder. Give a name inside it.");
}

/// False for a cell that says "not visible".
bool read_number(const CsvReader& csv, const std::string& cell, std::size_t column, float& value) {
  std::string_view text = cell;
  if (text.empty() || equals_nan(text)) return false;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string where =
      "column " + std::to_string(column + 1) + " (" + coordinate_name(column) + "): '" + cell + "' ";
  if (error == std::errc::result_out_of_range || (error == std::errc{} && std::isinf(value))) {
    csv.fail(where + "is not a finite number.");
  }
  if (error != std::errc{} || end != text.data() + text.size()) csv.fail(where + "is not a number.");
  return !std::isnan(value);
}

}  // namespace

PointsTable read_points_csv(const std::filesystem::path& path) {
  const std::string content = read_file(path);
  const std::string file = path_text(path);
  CsvReader csv(file, content);
  PointsTable table;
  table.points = read_header(csv, file);
  const auto numbers = static_cast<std::size_t>(2 * table.points);
  std::unordered_map<std::string, int> first_line;
  std::vector<std::string> cells;
  while (csv.next(cells)) {
    if (cells.size() != numbers + 1) {
      csv.fail(std::to_string(cells.size() - 1) + " numbers, expected " + std::to_string(numbers) + " (" +
               layout(table.points) + ").");
    }
    check_name(csv, cells[0]);
    const auto [seen, is_new] = first_line.emplace(cells[0], csv.line());
    if (!is_new) {
      csv.fail("the name '" + cells[0] + "' was used before on line " + std::to_string(seen->second) + ". Remove one.");
    }
    Landmarks row;
    row.xy.assign(numbers, 0.0F);
    row.visible.assign(numbers / 2, 0.0F);
    for (std::size_t k = 0; k < numbers / 2; ++k) {
      float x = 0;
      float y = 0;
      const bool has_x = read_number(csv, cells[2 * k + 1], 2 * k + 1, x);
      const bool has_y = read_number(csv, cells[2 * k + 2], 2 * k + 2, y);
      if (!has_x || !has_y) continue;
      row.xy[2 * k] = x;
      row.xy[2 * k + 1] = y;
      row.visible[k] = 1.0F;
    }
    table.names.push_back(cells[0]);
    table.rows.push_back(std::move(row));
    table.lines.push_back(csv.line());
  }
  if (table.names.empty()) throw Error(ErrorCode::format, file + " has a header but no rows.");
  return table;
}

std::string points_csv(std::span<const std::string> names, std::span<const Landmarks> rows, int points, int decimals) {
  std::string text = "filename";
  for (int k = 1; k <= points; ++k) text += ",x" + std::to_string(k) + ",y" + std::to_string(k);
  text += '\n';
  const double unit = std::pow(10.0, decimals);
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += csv_cell(names[i]);
    for (std::size_t j = 0; j < static_cast<std::size_t>(2 * points); ++j) {
      text += ',';
      if (rows[i].visible[j / 2] == 0) continue;
      char digits[64];
      const double rounded = std::round(static_cast<double>(rows[i].xy[j]) * unit) / unit;
      const auto end = std::to_chars(digits, digits + sizeof(digits), rounded == 0 ? 0.0 : rounded);
      text.append(digits, end.ptr);
    }
    text += '\n';
  }
  return text;
}

void write_points_csv(const std::filesystem::path& path, std::span<const std::string> names,
                      std::span<const Landmarks> rows, int points, int decimals) {
  write_file_atomically(path, points_csv(names, rows, points, decimals));
}

}  // namespace fpcpu
