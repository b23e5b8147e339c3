// SPDX-License-Identifier: MIT
#include <charconv>
#include <limits>
#include <unordered_map>

#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "data/tables/csv_reader.hpp"
#include "fpcpu/error.hpp"
#include "streams/mirrored_points.hpp"
#include "streams/registry.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30U;
constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// Numbers of every sample; in a mirrored image multiplied by `signs` or exchanged by `mirror`, whichever there is.
class Table final : public SampleStream {
 public:
  Table(int width, std::vector<float> values, std::vector<float> signs, std::vector<int> mirror)
      : shape_{1, 1, width}, values_(std::move(values)), signs_(std::move(signs)), mirror_(std::move(mirror)) {}

  [[nodiscard]] Shape shape() const noexcept override { return shape_; }
  void fill(const StreamSample& sample, float* out) const override {
    std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(sample.index * shape_.size()), shape_.size(), out);
    if (!sample.mirrored) return;
    for (std::size_t i = 0; i < signs_.size(); ++i) out[i] *= signs_[i];
    mirror_points(mirror_, out);
  }

 private:
  Shape shape_;
  std::vector<float> values_;
  std::vector<float> signs_;
  std::vector<int> mirror_;
};

float number(const CsvReader& csv, const std::string& cell) {
  if (cell.empty()) return kUnknown;
  float value = 0;
  const char* end = cell.data() + cell.size();
  const auto [stop, error] = std::from_chars(cell.data(), end, value);
  if (error != std::errc{} || stop != end || !std::isfinite(value)) {
    csv.fail("'" + excerpt(cell) + "' is not a number.");
  }
  return value;
}

/// Positions in a row of the columns that `wanted` names with '+' between; empty: all but the first.
std::vector<std::size_t> columns_of(const CsvReader& csv, const std::vector<std::string>& header,
                                    const std::string& wanted) {
  std::vector<std::size_t> columns;
  const std::vector<std::string> names(header.begin() + 1, header.end());
  for (std::size_t begin = 0; begin < wanted.size();) {
    const std::size_t end = std::min(wanted.find('+', begin), wanted.size());
    const std::string name = wanted.substr(begin, end - begin);
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) csv.fail("no column is called '" + excerpt(name) + "'." + suggest(name, names));
    columns.push_back(static_cast<std::size_t>(found - names.begin()) + 1);
    begin = end + 1;
  }
  for (std::size_t i = 1; i < header.size() && wanted.empty(); ++i) columns.push_back(i);
  return columns;
}

struct Rows {
  int width = 0;
  std::vector<float> values;  // of each sample of the data set
};

Rows read_rows(const std::string& file, const std::string& wanted, const Dataset& data) {
  const std::string text = read_file(text_path(file), kMaxBytes);
  CsvReader csv(file, text);
  std::vector<std::string> cells;
  if (!csv.next(cells) || cells.size() < 2) {
    csv.fail("expected a header, a column of file names and at least one of numbers.");
  }
  const std::size_t all = cells.size();
  const std::vector<std::size_t> columns = columns_of(csv, cells, wanted);
  std::unordered_map<std::string, std::vector<float>> by_name;
  while (csv.next(cells)) {
    if (cells.size() != all) {
      csv.fail("the row has " + std::to_string(cells.size()) + " columns, the header " + std::to_string(all) + ".");
    }
    std::vector<float> row;
    for (const std::size_t c : columns) row.push_back(number(csv, cells[c]));
    if (!by_name.emplace(cells[0], std::move(row)).second) csv.fail("'" + excerpt(cells[0]) + "' has a row already.");
  }
  Rows rows{static_cast<int>(columns.size()), {}};
  std::size_t known = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto found = by_name.find(data.name(i));
    if (found == by_name.end()) {
      rows.values.insert(rows.values.end(), columns.size(), kUnknown);
    } else {
      rows.values.insert(rows.values.end(), found->second.begin(), found->second.end());
      ++known;
    }
  }
  if (known == 0) {
    throw Error(ErrorCode::format, file + ": none of its rows is about a training face, such as '" +
                                       excerpt(data.name(0)) + "'. Its first column must have their file names.");
  }
  return rows;
}

/// table:file=FILE[,columns=A+B][,mirror=same|points|SIGNS]
/// A CSV table with a header; its first column has the file names of the faces, as the data set calls them. An empty
/// cell, or a face without a row, is not known. In a mirrored image numbers stay as they are (`same`), follow the
/// points (`points`, one number per point), or change their sign where SIGNS, one per column, has a '-': "+--" for
/// pitch, yaw, roll.
TargetStream read(AttributeReader& reader, const StreamContext& context) {
  const std::string file = reader.text("file", "");
  if (file.empty()) throw Error(ErrorCode::usage, "a stream from a table needs file=FILE.csv.");
  const std::string columns = reader.text("columns", "");
  const std::string mirror = reader.text("mirror", "same");
  Rows rows = read_rows(file, columns, *context.data);
  std::vector<float> signs;
  std::vector<int> exchanged;
  if (mirror == "points") {
    if (rows.width != context.preprocessing.points) {
      throw Error(ErrorCode::shape, file + " has " + std::to_string(rows.width) + " numbers per face; mirror=points " +
                                        "needs one per point, " + std::to_string(context.preprocessing.points) + ".");
    }
    exchanged = context.preprocessing.mirror;
  } else if (mirror != "same") {
    if (mirror.find_first_not_of("+-") != std::string::npos || mirror.size() != static_cast<std::size_t>(rows.width)) {
      throw Error(ErrorCode::usage, "mirror=" + excerpt(mirror) + ": expected same, points, or + and - for each of " +
                                        std::to_string(rows.width) + " columns.");
    }
    for (const char sign : mirror) signs.push_back(sign == '-' ? -1.0F : 1.0F);
  }
  return {"", std::make_shared<Table>(rows.width, std::move(rows.values), std::move(signs), std::move(exchanged)),
          nullptr};
}

}  // namespace

namespace streams {
StreamSource table() { return {"table", read, "file"}; }
}  // namespace streams

}  // namespace fpcpu
