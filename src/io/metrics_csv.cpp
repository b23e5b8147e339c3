// SPDX-License-Identifier: MIT
#include "io/metrics_csv.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "core/number_text.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kMostTerms = 64;
constexpr std::string_view kTermColumn = ",loss_";
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
  for (const double value : row.terms) line += ',' + exact_cell(value);
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

/// The columns of terms behind the others; nothing if the line is no header of ours.
std::optional<std::vector<std::string>> terms_of_header(std::string_view line) {
  if (!line.starts_with(kHeader)) return std::nullopt;
  line.remove_prefix(kHeader.size());
  std::vector<std::string> terms;
  while (line.starts_with(kTermColumn)) {
    line.remove_prefix(kTermColumn.size());
    terms.emplace_back(line.substr(0, line.find(',')));
    line.remove_prefix(terms.back().size());
  }
  if (!line.empty() || terms.size() > kMostTerms) return std::nullopt;
  return terms;
}

bool parse_row(std::string_view line, EpochRow& row) {
  bool ok = parse(take(line, ','), row.epoch) && parse(take(line, ','), row.step);
  for (double* value : {&row.lr, &row.train_loss, &row.train_mse100, &row.val_loss, &row.val_mse100, &row.val_nme,
                        &row.images_per_s, &row.seconds, &row.fit_mse100}) {
    ok = ok && parse(take(line, ','), *value);
  }
  for (double& value : row.terms) ok = ok && parse(take(line, ','), value);
  return ok && line.empty();
}

}  // namespace

std::vector<EpochRow> read_metrics_csv(const std::filesystem::path& file) {
  const std::string content = read_file(file);
  std::string_view text(content);
  text = text.substr(0, text.rfind('\n') + 1);  // npos + 1 is 0: no complete line at all
  std::vector<EpochRow> rows;
  std::size_t terms = 0;
  for (int line_number = 1; !text.empty(); ++line_number) {
    std::string_view line = take(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    EpochRow row;
    row.terms.resize(terms);
    bool ok = true;
    if (line_number == 1) {
      const auto names = terms_of_header(line);
      ok = names.has_value();
      if (ok) terms = names->size();
    } else {
      ok = parse_row(line, row);
    }
    if (!ok) {
      throw Error(ErrorCode::format, file.string() + " line " + std::to_string(line_number) + ": '" + excerpt(line) +
                                         "', expected " + std::string(kHeader) + ".");
    }
    if (line_number > 1) rows.push_back(row);
  }
  return rows;
}

MetricsCsv::MetricsCsv(std::filesystem::path file, int last_epoch, std::vector<std::string> terms)
    : file_(std::move(file)), terms_(std::move(terms)) {
  if (last_epoch > 0 && std::filesystem::exists(file_)) {
    rows_ = read_metrics_csv(file_);
    std::erase_if(rows_, [last_epoch](const EpochRow& row) { return row.epoch > last_epoch; });
  }
  std::string text(kHeader);
  for (const std::string& term : terms_) text += std::string(kTermColumn) + term;
  text += '\n';
  for (EpochRow& row : rows_) {
    row.terms.resize(terms_.size(), std::numeric_limits<double>::quiet_NaN());
    text += to_line(row);
  }
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
