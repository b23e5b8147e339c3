// SPDX-License-Identifier: MIT
#include "train/image_errors.hpp"

#include <charconv>
#include <limits>

#include "core/file.hpp"
#include "core/number_text.hpp"
#include "data/tables/csv_reader.hpp"

namespace fpcpu {

namespace {

double number(const CsvReader& csv, const std::string& text) {
  if (text.empty()) return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) csv.fail("'" + text + "' is not a number.");
  return value;
}

}  // namespace

void write_image_errors(const std::filesystem::path& file, const Dataset& data, const Metrics& metrics) {
  std::string text = "filename,mse100,nme\n";
  for (std::size_t i = 0; i < data.size(); ++i) {
    const ImageError& e = metrics.per_image[i];
    text += csv_cell(data.name(i)) + ',' + exact_cell(e.mse100) + ',' + exact_cell(e.nme) + '\n';
  }
  write_file_atomically(file, text);
}

ImageErrors read_image_errors(const std::filesystem::path& file) {
  const std::string content = read_file(file);
  CsvReader csv(path_text(file), content);
  std::vector<std::string> cells;
  if (!csv.next(cells) || cells != std::vector<std::string>{"filename", "mse100", "nme"}) {
    csv.fail("expected the header filename,mse100,nme.");
  }
  ImageErrors errors;
  while (csv.next(cells)) {
    if (cells.size() != 3) csv.fail(std::to_string(cells.size()) + " cells, expected 3 (filename,mse100,nme).");
    errors.names.push_back(cells[0]);
    errors.errors.push_back({number(csv, cells[1]), number(csv, cells[2])});
  }
  return errors;
}

}  // namespace fpcpu
