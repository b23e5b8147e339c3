// SPDX-License-Identifier: MIT
#include "data/data_options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

template <class T>
std::optional<T> number(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<float> missing_mark(const DataOptions& options) {
  if (options.missing.empty()) return std::nullopt;
  const std::optional<float> value = number<float>(options.missing);
  if (!value) {
    throw Error(ErrorCode::usage, "--missing " + options.missing +
                                      ": expected the number that stands for a missing x and y, such as 0 or -1.");
  }
  return value;
}

std::size_t subset_size(const DataOptions& options, std::size_t rows) {
  if (options.subset.empty()) return rows;
  const double value = number<double>(options.subset).value_or(0);
  const bool is_part = options.subset.find_first_of(".e") != std::string::npos;
  if (value <= 0 || (is_part ? value > 1 : value != std::floor(value))) {
    throw Error(ErrorCode::usage,
                "--subset " + options.subset + ": expected a number of faces, such as 500, or a part, such as 0.1.");
  }
  if (is_part)
    return std::max<std::size_t>(static_cast<std::size_t>(std::llround(value * static_cast<double>(rows))), 1);
  if (value > static_cast<double>(rows)) {
    throw Error(ErrorCode::usage, "--subset " + options.subset + ": the data has " + std::to_string(rows) + " faces.");
  }
  return static_cast<std::size_t>(value);
}

void check_data_options(const DataOptions& options) {
  (void)missing_mark(options);
  constexpr std::size_t kAnyNumber = std::size_t{1} << 60U;
  (void)subset_size(options, kAnyNumber);
}

void check_effect(const DataOptions& options, const std::vector<std::string>& places) {
  const auto rendered = [](const std::string& where) { return where.starts_with("synth:"); };
  if (!std::all_of(places.begin(), places.end(), rendered)) return;
  const DataOptions usual;
  std::string option;
  if (options.images != usual.images) option = "--images";
  if (options.missing != usual.missing) option = "--missing";
  if (options.skip_bad) option = "--skip-bad";
  if (options.image.turn != usual.image.turn) option = "--exif ignore";
  if (options.image.max_pixels != usual.image.max_pixels) option = "--max-pixels";
  if (option.empty()) return;
  throw Error(ErrorCode::usage, option + " changes nothing on rendered faces (synth:N). Leave it out.");
}

}  // namespace fpcpu
