#include "data/csv_reader.hpp"

#include <algorithm>

#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

std::string_view trim(std::string_view s) {
  const auto first = s.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

}  // namespace

CsvReader::CsvReader(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
}

void CsvReader::fail(const std::string& what) const {
  throw Error(ErrorCode::format, file_ + " line " + std::to_string(line_) + ": " + what);
}

bool CsvReader::next(std::vector<std::string>& cells) {
  while (!text_.empty()) {
    const auto end = text_.find('\n');
    std::string_view row = text_.substr(0, end);
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    ++line_;
    if (row.ends_with('\r')) row.remove_suffix(1);
    if (trim(row).empty()) continue;
    split(row, cells);
    return true;
  }
  return false;
}

void CsvReader::split(std::string_view row, std::vector<std::string>& cells) const {
  cells.clear();
  while (true) {
    const std::string_view start = row.substr(std::min(row.find_first_not_of(" \t"), row.size()));
    std::string cell;
    if (start.starts_with('"')) {
      row = start.substr(1);
      while (true) {
        const auto quote = row.find('"');
        if (quote == std::string_view::npos) fail("a quoted name has no closing quote.");
        cell += row.substr(0, quote);
        row.remove_prefix(quote + 1);
        if (!row.starts_with('"')) break;
        cell += '"';
        row.remove_prefix(1);
      }
      const auto comma = row.find(',');
      if (!trim(row.substr(0, comma)).empty()) fail("text after a closing quote.");
      cells.push_back(std::move(cell));
      if (comma == std::string_view::npos) return;
      row.remove_prefix(comma + 1);
    } else {
      const auto comma = row.find(',');
      cells.emplace_back(trim(row.substr(0, comma)));
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
