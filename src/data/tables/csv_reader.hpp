// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fpcpu {

/// Goes through the text of a CSV file row by row; remembers where it is for messages. Cells are separated by ',', ';'
/// or tabs, whichever the first row has most of, lines by LF, CRLF or CR. Accepts a UTF-8 byte order mark, quoted
/// cells, spaces around cells, blank lines and the line "sep=;" of spreadsheets.
class CsvReader {
 public:
  /// @param file names it in messages; @param text must outlive the reader.
  /// @throws Error{format} for what is no CSV in UTF-8: UTF-16, spreadsheets.
  CsvReader(std::string file, std::string_view text);

  /// @throws Error{format} with file and line.
  [[noreturn]] void fail(const std::string& what) const;
  /// Of the last row, counted from 1.
  [[nodiscard]] int line() const noexcept { return line_; }
  /// "gt.csv line 17", of the last row.
  [[nodiscard]] std::string place() const { return file_ + " line " + std::to_string(line_); }
  [[nodiscard]] char separator() const noexcept { return separator_; }
  /// The next row that is not blank; false at the end. @throws Error{format} for quotes that do not match.
  bool next(std::vector<std::string>& cells);

 private:
  std::string_view take_line();
  void find_separator();
  void split(std::string_view row, std::vector<std::string>& cells) const;

  std::string file_;
  std::string_view text_;
  int line_ = 0;
  char separator_ = ',';
};

/// A text as one cell: quoted where it has to be.
[[nodiscard]] std::string csv_cell(const std::string& text);

}  // namespace fpcpu
