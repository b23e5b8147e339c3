// SPDX-License-Identifier: MIT
#include "data/tables/csv_reader.hpp"

#include <algorithm>

#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kMostColumns = 50'000;  // a row of nothing but separators takes 32 times its length

// A tab is no space where it separates: two of them in a row are an empty cell.
std::string_view trim(std::string_view s, char separator = ',') {
  const std::string_view spaces = separator == '\t' ? " " : " \t";
  const auto first = s.find_first_not_of(spaces);
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(spaces) - first + 1);
}

}  // namespace

CsvReader::CsvReader(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {
  if (text_.starts_with("PK\x03\x04") || text_.starts_with("\xD0\xCF\x11\xE0")) {
    throw Error(ErrorCode::format, file_ + " is a spreadsheet. Save it as \"CSV UTF-8\".");
  }
  if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  const bool marked = text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF");
  if (marked || text_.substr(0, 2).find('\0') != std::string_view::npos) {
    throw Error(ErrorCode::format, file_ + " is UTF-16 (\"Unicode text\"). Save it as \"CSV UTF-8\".");
  }
  if (text_.find('\0') != std::string_view::npos)
    throw Error(ErrorCode::format, file_ + " is no text: it holds zero bytes.");
  find_separator();
}

void CsvReader::fail(const std::string& what) const { throw Error(ErrorCode::format, place() + ": " + what); }

std::string_view CsvReader::take_line() {
  const auto end = text_.find_first_of("\r\n");
  const std::string_view line = text_.substr(0, end);
  const bool both = end != std::string_view::npos && text_.substr(end).starts_with("\r\n");
  text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + (both ? 2 : 1));
  ++line_;
  return line;
}

void CsvReader::find_separator() {
  const std::string_view all = text_;
  std::string_view first;
  while (!text_.empty() && trim(first).empty()) first = take_line();
  const std::string_view said = trim(first);
  if (said.size() == 5 && said.starts_with("sep=")) {
    separator_ = said[4];
    return;
  }
  text_ = all;
  line_ = 0;
  std::ptrdiff_t most = 0;
  for (const char candidate : {',', ';', '\t'}) {
    std::ptrdiff_t count = 0;
    bool inside = false;
    for (const char c : first) {
      inside = inside != (c == '"');
      count += !inside && c == candidate ? 1 : 0;
    }
    if (count <= most) continue;
    most = count;
    separator_ = candidate;
  }
}

bool CsvReader::next(std::vector<std::string>& cells) {
  while (!text_.empty()) {
    const std::string_view row = take_line();
    if (trim(row).empty()) continue;
    split(row, cells);
    return true;
  }
  return false;
}

void CsvReader::split(std::string_view row, std::vector<std::string>& cells) const {
  cells.clear();
  while (true) {
    if (cells.size() == kMostColumns) fail("more than " + std::to_string(kMostColumns) + " columns.");
    const std::string_view start = trim(row, separator_);
    std::string cell;
    if (start.starts_with('"')) {
      row = start.substr(1);
      while (true) {
        const auto quote = row.find('"');
        if (quote == std::string_view::npos) fail("a quoted cell has no closing quote.");
        cell += row.substr(0, quote);
        row.remove_prefix(quote + 1);
        if (!row.starts_with('"')) break;
        cell += '"';
        row.remove_prefix(1);
      }
      const auto comma = row.find(separator_);
      if (!trim(row.substr(0, comma)).empty()) fail("text after a closing quote.");
      cells.push_back(std::move(cell));
      if (comma == std::string_view::npos) return;
      row.remove_prefix(comma + 1);
    } else {
      const auto comma = row.find(separator_);
      cells.emplace_back(trim(row.substr(0, comma), separator_));
      if (comma == std::string_view::npos) return;
      row.remove_prefix(comma + 1);
    }
  }
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\" \t") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) cell.append(c == '"' ? 2 : 1, c);
  return cell + '"';
}

}  // namespace fpcpu
