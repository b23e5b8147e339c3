// SPDX-License-Identifier: MIT
// Tables with a header and a row for each image, in the dialects of CsvReader.
#include "core/file.hpp"
#include "data/tables/csv_reader.hpp"
#include "data/tables/formats/table_format.hpp"
#include "data/tables/header.hpp"
#include "data/tables/points_csv.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu::formats {

namespace {

constexpr std::string_view kEndings[] = {".csv", ".tsv"};
constexpr std::size_t kFirstBytes = std::size_t{64} << 10U;

bool looks_right(const std::filesystem::path& file) {
  const std::string text = read_file(file, kFirstBytes);
  try {
    CsvReader csv("", text);
    std::vector<std::string> titles;
    return csv.next(titles) && !read_header(csv, titles).points.empty();
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

TableFormat csv() {
  return {.name = "csv",
          .expected = "gt.csv (filename,x1,y1,...,xK,yK) with images/",
          .endings = kEndings,
          .looks_right = looks_right,
          .read = read_points_csv};
}

}  // namespace fpcpu::formats
