// SPDX-License-Identifier: MIT
#include "train/training_data.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <set>

#include "core/file.hpp"
#include "data/inspect/inspect.hpp"
#include "data/point_match.hpp"
#include "data/tables/csv_reader.hpp"
#include "fpcpu/error.hpp"
#include "options/config.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kFastBatches = 4;
constexpr std::size_t kMostFitFaces = 500;  // enough for a standard error of a few percent

DatasetPtr first(DatasetPtr data, std::size_t count) {
  std::vector<std::size_t> indices(std::min(count, data->size()));
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  return subset(std::move(data), std::move(indices));
}

void check_visible(const Dataset& data, const std::string& what) {
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto& visible = data.landmarks(i).visible;
    if (std::any_of(visible.begin(), visible.end(), [](float v) { return v != 0; })) return;
  }
  throw Error(ErrorCode::format, what + " has no visible point: every coordinate is empty or nan.");
}

TrainingData split(const DatasetPtr& all, const TrainOptions& options) {
  const std::size_t n = all->size();
  if (options.val_split <= 0) return {.train = all, .whole = all};
  const auto wanted = static_cast<std::size_t>(std::lround(options.val_split * static_cast<double>(n)));
  const std::size_t count = std::max<std::size_t>(wanted, 1);
  if (count >= n) {
    throw Error(ErrorCode::usage, std::to_string(n) +
                                      " faces are too few to keep a part for validation; give --val DIR or "
                                      "--val-split 0.");
  }
  const std::vector<std::size_t> order = random_order(n, Rng(options.seed, RandomUse::split));
  std::vector<std::size_t> val(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count));
  std::vector<std::size_t> train(order.begin() + static_cast<std::ptrdiff_t>(count), order.end());
  std::sort(val.begin(), val.end());
  std::sort(train.begin(), train.end());
  return {subset(all, std::move(train)), subset(all, std::move(val)), all, {}};
}

/// @param held_out  the faces of `parts` that are kept for validation, or null
/// @throws Error{format} for refusals that options.accept does not accept.
std::vector<Finding> judge(const TrainOptions& options, const std::vector<DatasetPtr>& parts, const DatasetPtr& val,
                           const DatasetPtr& held_out) {
  const bool turned = data_options(options).image.turn;
  std::set<std::string> places;
  for (std::size_t i = 0; held_out && i < held_out->size(); ++i) places.insert(held_out->place(i));
  std::vector<JudgedSet> sets;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    sets.push_back({i < options.data.size() ? options.data[i] : "", parts[i], false, turned, places});
  }
  if (val) sets.push_back({options.val, val, true, turned});
  std::vector<Finding> findings = accepted(inspect_quick(sets), parse_accept(options.accept));
  refuse(findings);
  return findings;
}

/// Rendered faces among sets of files have no use for what is said about files.
DataOptions effective(DataOptions options, const std::vector<std::string>& places) {
  const auto rendered = [](const std::string& where) { return where.starts_with("synth:"); };
  if (!std::all_of(places.begin(), places.end(), rendered)) return options;
  DataOptions plain;
  plain.subset = options.subset;
  plain.seed = options.seed;
  return plain;
}

/// The sets of a training as they were opened.
struct Opened {
  std::vector<DatasetPtr> parts;  // of `data`
  DatasetPtr all;                 // the part of them that is trained on
  DatasetPtr val;                 // null without --val
  DataReport report;
};

/// @param given replaces options.data when not null.
Opened open_places(const TrainOptions& options, DatasetPtr given) {
  Opened opened;
  DataOptions reading = effective(data_options(options), options.data);
  const DataOptions chosen = reading;
  reading.subset.clear();  // of all sets together
  if (given) {
    opened.parts = {given};
    opened.all = std::move(given);
  } else {
    for (const std::string& where : options.data) {
      opened.parts.push_back(open_dataset(where, effective(reading, {where}), &opened.report));
    }
    opened.parts = in_one_order(std::move(opened.parts), &opened.report);
    opened.all = random_part(concat_datasets(opened.parts), chosen);
  }
  if (options.val.empty()) return opened;
  DataOptions val_reading = effective(data_options(options), {options.val});
  val_reading.subset.clear();
  opened.val =
      with_points_of(opened.all->point_names(), static_cast<std::size_t>(opened.all->points()), "the training data",
                     open_dataset(options.val, val_reading, &opened.report), "--val " + options.val, &opened.report);
  return opened;
}

}  // namespace

DatasetPtr open_all(const TrainOptions& options, DataReport* report) {
  return open_datasets(options.data, effective(data_options(options), options.data), report);
}

void tell(const DataReport& report, const std::function<void(const std::string&)>& notice) {
  if (!notice) return;
  for (const std::string& note : report.notes) notice(note);
  const std::size_t count = report.skipped.size();
  if (count == 0) return;
  notice(std::to_string(count) + (count == 1 ? " row is" : " rows are") + " left out, first " +
         report.skipped.front().place + ": " + report.skipped.front().reason);
}

void keep_skipped(const DataReport& report, const std::filesystem::path& folder) {
  if (report.skipped.empty()) return;
  std::string text = "place,reason\n";
  for (const SkippedRow& row : report.skipped) text += csv_cell(row.place) + ',' + csv_cell(row.reason) + '\n';
  write_file_atomically(folder / "skipped.csv", text);
}

std::vector<std::size_t> random_order(std::size_t n, Rng rng) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  shuffle(std::span(order), rng);
  return order;
}

DatasetPtr open_judged(const TrainOptions& options, const std::function<void(const std::string&)>& notice,
                       DataReport* report) {
  Opened opened = open_places(options, nullptr);
  tell(opened.report, notice);
  tell_warnings(judge(options, opened.parts, opened.val, nullptr), notice);
  if (report != nullptr) *report = std::move(opened.report);
  return opened.all;
}

void tell_warnings(const std::vector<Finding>& findings, const std::function<void(const std::string&)>& notice) {
  if (!notice) return;
  for (const Finding& f : findings) {
    if (f.severity == Severity::warning) notice(f.text);
  }
}

std::function<void(const std::string&)> once(std::function<void(const std::string&)> notice) {
  if (!notice) return {};
  return [notice = std::move(notice), said = std::make_shared<std::set<std::string>>()](const std::string& text) {
    if (said->insert(text).second) notice(text);
  };
}

TrainingData open_training_data(const TrainOptions& options, DatasetPtr given, bool fast, bool judged) {
  Opened opened = open_places(options, std::move(given));
  const DatasetPtr& all = opened.all;
  TrainingData data;
  if (options.val.empty()) {
    data = split(all, options);
  } else {
    data = {all, opened.val, all, {}};
  }
  data.report = std::move(opened.report);
  check_visible(*data.train, "the training data");
  if (data.val) check_visible(*data.val, "the validation data");
  if (!judged) data.findings = judge(options, opened.parts, opened.val, opened.val ? nullptr : data.val);
  if (fast) {
    const auto batch = static_cast<std::size_t>(options.batch);
    data.train = first(data.train, kFastBatches * batch);
    if (data.val) data.val = first(data.val, 2 * batch);
  }
  return data;
}

DatasetPtr fit_faces(const TrainingData& data) {
  if (!data.val) return nullptr;
  const std::size_t n = data.train->size();
  const std::size_t count = std::min({n, data.val->size(), kMostFitFaces});
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < count; ++i) indices.push_back(i * n / count);
  return subset(data.train, std::move(indices));
}

}  // namespace fpcpu
