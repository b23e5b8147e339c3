// SPDX-License-Identifier: MIT
#include "data/tables/points_csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "data/tables/column_names.hpp"
#include "data/tables/csv_reader.hpp"
#include "data/tables/header.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

/// Cells that spreadsheets, pandas and R write for a number that is not there.
bool says_missing(const std::string& cell) {
  constexpr std::array<std::string_view, 11> kWords = {"",     "na",   "nan", "n/a", "#n/a", "<na>",
                                                       "null", "none", "nil", "-",   "?"};
  if (cell.size() > 4) return false;
  return std::find(kWords.begin(), kWords.end(), lower_text(cell)) != kWords.end();
}

/// One row of a table after the other.
class RowReader {
 public:
  RowReader(const CsvReader& csv, TableLayout layout) : csv_(csv), layout_(std::move(layout)) {}

  [[nodiscard]] const TableLayout& layout() const noexcept { return layout_; }

  [[nodiscard]] std::string name(std::vector<std::string>& cells) const {
    check_columns(cells);
    std::string& name = cells[layout_.file];
    if (name.empty()) csv_.fail("the file name is empty.");
    constexpr std::size_t kLongestName = 4096;
    const bool is_numbers = name.size() > 200 && name.find_first_not_of("0123456789 ") == std::string::npos;
    if (is_numbers || name.size() > kLongestName) {
      csv_.fail("column '" + excerpt(layout_.titles[layout_.file], 20) +
                "' holds pixels, not a file name. Save the images as files and name them there.");
    }
    return std::move(name);
  }

  [[nodiscard]] Landmarks points(const std::vector<std::string>& cells) const {
    Landmarks row;
    row.xy.assign(2 * layout_.points.size(), 0.0F);
    row.visible.assign(layout_.points.size(), 0.0F);
    for (std::size_t k = 0; k < layout_.points.size(); ++k) {
      const TableLayout::Point& point = layout_.points[k];
      const std::optional<float> x = number(cells, point.x);
      const std::optional<float> y = number(cells, point.y);
      if (point.visible && !is_visible(cells, *point.visible)) continue;
      if (!x || !y) continue;
      row.xy[2 * k] = *x;
      row.xy[2 * k + 1] = *y;
      row.visible[k] = 1.0F;
    }
    return row;
  }

 private:
  void check_columns(std::vector<std::string>& cells) const {
    const std::size_t given = cells.size();
    while (cells.size() > layout_.columns && cells.back().empty()) cells.pop_back();
    if (cells.size() < layout_.columns && cells.size() >= layout_.columns - layout_.untitled.size()) {
      cells.resize(layout_.columns);
    }
    if (cells.size() == 2 * layout_.columns - 1 && csv_.separator() == ',') {
      csv_.fail(std::to_string(given) + " columns, the header has " + std::to_string(layout_.columns) +
                ". If numbers have a decimal comma, separate the cells by ';' or write a point.");
    }
    if (cells.size() != layout_.columns) {
      csv_.fail(std::to_string(given) + " columns, the header has " + std::to_string(layout_.columns) + ".");
    }
    for (const std::size_t c : layout_.untitled) {
      if (!cells[c].empty())
        csv_.fail("column " + std::to_string(c + 1) + " holds '" + excerpt(cells[c]) +
                  "', but has no name in the header.");
    }
  }

  [[noreturn]] void fail(const std::vector<std::string>& cells, std::size_t column, const std::string& what) const {
    csv_.fail("column " + std::to_string(column + 1) + " (" + excerpt(layout_.titles[column]) + "): '" +
              excerpt(cells[column]) + "' is " + what);
  }

  /// Nothing for a cell that says "not visible".
  [[nodiscard]] std::optional<float> number(const std::vector<std::string>& cells, std::size_t column) const {
    if (says_missing(cells[column])) return std::nullopt;
    std::string with_point;
    std::string_view text = cells[column];
    if (csv_.separator() != ',' && text.find('.') == std::string_view::npos) {
      with_point = text;  // a decimal comma
      if (const auto comma = with_point.find(','); comma != std::string::npos) with_point[comma] = '.';
      text = with_point;
    }
    if (text.starts_with('+')) text.remove_prefix(1);
    float value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range || (error == std::errc{} && std::isinf(value))) {
      fail(cells, column, "not a finite number.");
    }
    if (error != std::errc{} || end != text.data() + text.size()) {
      const bool comma = csv_.separator() == ',' && text.find(',') != std::string_view::npos;
      fail(cells, column, comma ? "not a number. Decimal commas need ';' or tabs between the cells." : "not a number.");
    }
    return std::isnan(value) ? std::nullopt : std::optional(value);
  }

  [[nodiscard]] bool is_visible(const std::vector<std::string>& cells, std::size_t column) const {
    const std::string text = lower_text(cells[column]);
    if (says_missing(text) || text == "0" || text == "0.0" || text == "false") return false;
    if (text == "1" || text == "2" || text == "1.0" || text == "2.0" || text == "true") return true;
    fail(cells, column, "neither 0 (not visible) nor 1 or 2.");
  }

  const CsvReader& csv_;
  TableLayout layout_;
};

}  // namespace

PointsTable read_points_csv(const std::filesystem::path& path) {
  const std::string content = read_file(path);
  const std::string file = path_text(path);
  CsvReader csv(file, content);
  std::vector<std::string> cells;
  if (!csv.next(cells)) {
    throw Error(ErrorCode::format, file + " is empty. It needs a header: filename,x1,y1,...,xK,yK.");
  }
  const RowReader reader(csv, read_header(csv, cells));
  PointsTable table;
  table.points = static_cast<int>(reader.layout().points.size());
  table.point_names = reader.layout().point_names;
  std::unordered_map<std::string, int> first_line;
  while (csv.next(cells)) {
    std::string name = reader.name(cells);
    const auto [seen, is_new] = first_line.emplace(name, csv.line());
    if (!is_new) {
      csv.fail("the name '" + excerpt(name) + "' was used before on line " + std::to_string(seen->second) +
               ". Remove one.");
    }
    table.rows.push_back(reader.points(cells));
    table.names.push_back(std::move(name));
    table.places.push_back(csv.place());
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
