#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fpcpu {

/// Goes through the text of a CSV file row by row; remembers where it is for messages. Accepts CRLF, a byte order mark,
/// quoted cells, spaces around cells and blank lines.
class CsvReader {
 public:
  /// @param file names it in messages; @param text must outlive the reader.
  CsvReader(std::string file, std::string_view text);

  /// @throws Error{format} with file and line.
  [[noreturn]] void fail(const std::string& what) const;
  /// Of the last row, counted from 1.
  [[nodiscard]] int line() const noexcept { return line_; }
  /// The next row that is not blank; false at the end. @throws Error{format} for quotes that do not match.
  bool next(std::vector<std::string>& cells);

 private:
  void split(std::string_view row, std::vector<std::string>& cells) const;

  std::string file_;
  std::string_view text_;
  int line_ = 0;
};

/// A text as one cell: quoted where it has to be.
[[nodiscard]] std::string csv_cell(const std::string& text);

}  // namespace fpcpu
