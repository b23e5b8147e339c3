// SPDX-License-Identifier: MIT
#include "io/metrics_csv.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "core/number_text.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

constexpr std::string_view kHeader =
    "epoch,step,lr,train_loss,train_mse100,val_loss,val_mse100,val_nme,images_per_s,seconds,fit_mse100";

std::string to_line(const EpochRow& row) {
  std::string line;
  line += exact_text(row.epoch);
  line += ',';
  line += exact_text(row.step);
  for (const double value : {row.lr, row.train_loss, row.train_mse100, row.val_loss, row.val_mse100, row.val_nme,
                             row.images_per_s, row.seconds, row.fit_mse100}) {
    line += ',' + exact_cell(value);
  }
  return line + '\n';
}

/// Cuts the text before the next `separator` off its front.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

template <class Number>
bool parse(std::string_view text, Number& value) {
  if constexpr (std::is_floating_point_v<Number>) {
    if (text.empty()) {
      value = std::numeric_limits<Number>::quiet_NaN();
      return true;
    }
  }
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc{} && result.ptr == text.data() + text.size();
}

bool parse_row(std::string_view line, EpochRow& row) {
  bool ok = parse(take(line, ','), row.epoch) && parse(take(line, ','), row.step);
  for (double* value : {&row.lr, &row.train_loss, &row.train_mse100, &row.val_loss, &row.val_mse100, &row.val_nme,
                        &row.images_per_s, &row.seconds, &row.fit_mse100}) {
    ok = ok && parse(take(line, ','), *value);
  }
  return ok && line.empty();
}

}  // namespace

std::vector<EpochRow> read_metrics_csv(const std::filesystem::path& file) {
  const std::string content = read_file(file);
  std::string_view text(content);
  text = text.substr(0, text.rfind('\n') + 1);  // npos + 1 is 0: no complete line at all
  std::vector<EpochRow> rows;
  for (int line_number = 1; !text.empty(); ++line_number) {
    std::string_view line = take(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    EpochRow row;
    const bool ok = line_number == 1 ? line == kHeader : parse_row(line, row);
    if (!ok) {
      throw Error(ErrorCode::format, file.string() + " line " + std::to_string(line_number) + ": '" + excerpt(line) +
                                         "', expected " + std::string(kHeader) + ".");
    }
    if (line_number > 1) rows.push_back(row);
  }
  return rows;
}

MetricsCsv::MetricsCsv(std::filesystem::path file, int last_epoch) : file_(std::move(file)) {
  if (last_epoch > 0 && std::filesystem::exists(file_)) {
    rows_ = read_metrics_csv(file_);
    std::erase_if(rows_, [last_epoch](const EpochRow& row) { return row.epoch > last_epoch; });
  }
  std::string text = std::string(kHeader) + '\n';
  for (const EpochRow& row : rows_) text += to_line(row);
  write_file_atomically(file_, text);
}

void MetricsCsv::append(const EpochRow& row) {
  rows_.push_back(row);
  std::ofstream output(file_, std::ios::binary | std::ios::app);
  output << to_line(row) << std::flush;
  if (!output)
    throw Error(ErrorCode::resource, "cannot write " + file_.string() + ". Check free space and permissions.");
}

}  // namespace fpcpu
