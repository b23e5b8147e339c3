// SPDX-License-Identifier: MIT
#include "search/run_comparison.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "core/file.hpp"
#include "core/rng.hpp"
#include "fpcpu/error.hpp"
#include "options/config.hpp"
#include "search/mean_spread.hpp"

namespace fpcpu {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr Interval kUnknown{kNaN, kNaN, kNaN};

double median(std::vector<double> values) {
  if (values.empty()) return kNaN;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<double> finite(std::vector<double> values) {
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  return values;
}

std::filesystem::path part_of(const std::filesystem::path& folder, const char* name) {
  std::filesystem::path file = folder / name;
  if (!std::filesystem::exists(file)) {
    throw Error(ErrorCode::io, path_text(folder) + " has no " + name + ", so it is not the folder of a run.");
  }
  return file;
}

ComparedRun read_run(const std::string& name) {
  const std::filesystem::path folder = text_path(name);
  ComparedRun run;
  run.name = name;
  read_config(part_of(folder, "config.toml"), run.options);
  // A run writes the name that "auto" stood for; one that was made before there was a choice says nothing.
  run.nme_by = run.options.nme == TrainOptions().nme ? "-" : run.options.nme;
  run.epochs = read_metrics_csv(part_of(folder, "metrics.csv"));
  run.seconds = run.epochs.empty() ? 0 : run.epochs.back().seconds;
  std::vector<double> speeds;
  double best = std::numeric_limits<double>::infinity();
  for (const EpochRow& row : run.epochs) {
    speeds.push_back(row.images_per_s);
    if (row.val_mse100 < best) {
      best = row.val_mse100;
      run.best_epoch = row.epoch;
      run.nme = row.val_nme;
    }
  }
  run.images_per_s = median(speeds);
  run.mse100 = run.difference = kUnknown;
  if (run.best_epoch == 0) {
    run.nme = kNaN;
    return run;
  }
  run.val_errors = read_image_errors(part_of(folder, "val_errors.csv"));
  std::vector<double> errors;
  for (const ImageError& e : run.val_errors.errors) errors.push_back(e.mse100);
  run.mse100 = bootstrap_mean(finite(errors));
  return run;
}

Interval paired_difference(const ImageErrors& run, const ImageErrors& first) {
  if (run.names.empty() || run.names != first.names) return kUnknown;
  std::vector<double> differences;
  for (std::size_t i = 0; i < run.errors.size(); ++i) {
    differences.push_back(run.errors[i].mse100 - first.errors[i].mse100);
  }
  return bootstrap_mean(finite(differences));
}

}  // namespace

Interval bootstrap_mean(const std::vector<double>& values) {
  if (values.empty()) return kUnknown;
  constexpr std::uint64_t kSeed = 95;
  Rng rng(kSeed, RandomUse::bootstrap);
  std::vector<double> means;
  means.reserve(kBootstrapRounds);
  for (int round = 0; round < kBootstrapRounds; ++round) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += values[rng.below(static_cast<std::uint32_t>(values.size()))];
    means.push_back(sum / static_cast<double>(values.size()));
  }
  std::sort(means.begin(), means.end());
  const auto at = [&](double part) { return means[static_cast<std::size_t>(part * (kBootstrapRounds - 1))]; };
  return {mean_spread(values).mean, at(0.025), at(0.975)};
}

RunComparison compare_runs(const std::vector<std::string>& folders) {
  RunComparison comparison;
  for (const std::string& folder : folders) comparison.runs.push_back(read_run(folder));
  for (std::size_t i = 1; i < comparison.runs.size(); ++i) {
    ComparedRun& run = comparison.runs[i];
    const ImageErrors& first = comparison.runs.front().val_errors;
    run.other_faces = !run.val_errors.names.empty() && !first.names.empty() && run.val_errors.names != first.names;
    run.difference = paired_difference(run.val_errors, comparison.runs.front().val_errors);
  }
  for (const ConfigKey& key : config_keys()) {
    std::vector<std::string> values;
    for (const ComparedRun& run : comparison.runs) values.push_back(option_text(run.options, key));
    const bool same = std::all_of(values.begin(), values.end(), [&](const auto& v) { return v == values.front(); });
    if (!same) comparison.differing.emplace_back(key.name, std::move(values));
  }
  return comparison;
}

std::string interval_text(const Interval& interval, bool with_sign) {
  if (!std::isfinite(interval.value)) return "-";
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), with_sign ? "%+.2f (%+.2f to %+.2f)" : "%.2f (%.2f to %.2f)", interval.value,
                interval.low, interval.high);
  return text.data();
}

}  // namespace fpcpu
