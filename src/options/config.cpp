// SPDX-License-Identifier: MIT
#include "options/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "core/cpu.hpp"
#include "core/duration.hpp"
#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "core/number_text.hpp"
#include "core/version.hpp"
#include "data/data_options.hpp"
#include "data/inspect/finding.hpp"
#include "data/normaliser.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/losses.hpp"
#include "heads/head.hpp"
#include "optim/optimizer.hpp"
#include "optim/schedule.hpp"
#include "options/augmentation.hpp"

namespace fpcpu {

namespace {

using O = TrainOptions;
constexpr std::array<std::string_view, 2> kExif = {"apply", "ignore"};
constexpr std::array<std::string_view, 2> kStarts = {"mean-shape", "zero"};

[[noreturn]] void bad_value(const ConfigKey& key, std::string_view text, const std::string& wanted) {
  throw Error(ErrorCode::usage, "--" + key.name + " " + excerpt(text) + ": expected " + wanted + ".");
}

template <class T>
T parse(const ConfigKey& key, std::string_view text, const char* what) {
  T value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = result.ec == std::errc{} && result.ptr == text.data() + text.size();
  // Not a number is in no range.
  if (!whole || !(static_cast<double>(value) >= key.low && static_cast<double>(value) <= key.high)) {
    const std::string range = key.high >= kAnyNumber ? "at least " + exact_text(key.low)
                                                     : "from " + exact_text(key.low) + " to " + exact_text(key.high);
    bad_value(key, text, std::string(what) + " " + range);
  }
  return value;
}

/// "96" or "96x112".
InputSize parse_size(const ConfigKey& key, std::string_view text) {
  const std::size_t cross = std::min(text.find('x'), text.size());
  const auto side = [&](std::string_view digits) {
    int value = -1;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = result.ec == std::errc{} && result.ptr == digits.data() + digits.size();
    return whole && value >= static_cast<int>(key.low) && value <= static_cast<int>(key.high) ? value : -1;
  };
  const int width = side(text.substr(0, cross));
  const int height = cross == text.size() ? width : side(text.substr(cross + 1));
  if (std::min(width, height) < 0 || (width == 0) != (height == 0)) {
    bad_value(key, text, "a side or width x height, such as 96 or 96x112, each from 1 to " + exact_text(key.high));
  }
  return {width, height};
}

struct Setter {
  TrainOptions& options;
  const ConfigKey& key;
  std::string_view text;
  void operator()(bool O::*f) const {
    if (text != "true" && text != "false") bad_value(key, text, "true or false");
    options.*f = text == "true";
  }
  void operator()(int O::*f) const { options.*f = parse<int>(key, text, "a whole number"); }
  void operator()(std::uint64_t O::*f) const { options.*f = parse<std::uint64_t>(key, text, "a whole number"); }
  void operator()(double O::*f) const { options.*f = parse<double>(key, text, "a number"); }
  void operator()(AugmentField f) const {
    const auto value = parse<float>(key, text, "-1 or a number");
    if (value < 0 && value != key.low) bad_value(key, text, "-1 or a number from 0 to " + exact_text(key.high));
    if (value < 0) {
      options.augment_ranges.erase(std::string(f.range));
    } else {
      options.augment_ranges[std::string(f.range)] = value;
    }
  }
  void operator()(InputSize O::*f) const { options.*f = parse_size(key, text); }
  void operator()(std::string O::*f) const { options.*f = std::string(text); }
  void operator()(std::vector<std::string> O::*f) const { (options.*f).emplace_back(text); }
};

struct Getter {
  const TrainOptions& options;
  std::string operator()(bool O::*f) const { return options.*f ? "true" : "false"; }
  std::string operator()(int O::*f) const { return std::to_string(options.*f); }
  std::string operator()(std::uint64_t O::*f) const { return std::to_string(options.*f); }
  std::string operator()(double O::*f) const { return exact_text(options.*f); }
  std::string operator()(AugmentField f) const {
    const auto given = options.augment_ranges.find(std::string(f.range));
    return given == options.augment_ranges.end() ? "-1" : exact_text(given->second);
  }
  std::string operator()(InputSize O::*f) const { return to_string(options.*f); }
  std::string operator()(std::string O::*f) const { return options.*f; }
  std::string operator()(std::vector<std::string> O::*f) const {
    std::string all;
    for (const std::string& s : options.*f) all += (all.empty() ? "" : " ") + s;
    return all;
  }
};

/// An option as config.toml writes it. A number without a point or exponent would be read back as an integer, which
/// set_option accepts for a double as well.
struct TomlWriter {
  const TrainOptions& options;
  std::string operator()(std::string O::*f) const { return to_toml(AttributeValue(options.*f)); }
  std::string operator()(std::vector<std::string> O::*f) const {
    std::string all = "[";
    for (const std::string& s : options.*f) all += (all.size() == 1 ? "" : ", ") + to_toml(AttributeValue(s));
    return all + "]";
  }
  std::string operator()(InputSize O::*f) const {
    const std::string size = to_string(options.*f);
    return size.find('x') == std::string::npos ? size : to_toml(AttributeValue(size));
  }
  template <class Field>
  std::string operator()(Field f) const {
    return Getter{options}(f);
  }
};

std::string file_name_of(std::string_view option) {
  std::string name(option);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

template <class Names>
void check_name(std::string_view option, const std::string& value, const Names& names) {
  if (std::find(names.begin(), names.end(), value) != names.end()) return;
  throw Error(ErrorCode::usage,
              "--" + std::string(option) + " " + excerpt(value) + " is not known." + suggest(value, names));
}

std::string text_of(const AttributeValue& value) {
  struct Visitor {
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(std::int64_t i) const { return std::to_string(i); }
    std::string operator()(double d) const { return exact_text(d); }
    std::string operator()(const std::string& s) const { return s; }
  };
  return std::visit(Visitor{}, value);
}

}  // namespace

void set_option(TrainOptions& options, const ConfigKey& key, std::string_view text) {
  std::visit(Setter{options, key, text}, key.field);
}

std::string option_text(const TrainOptions& options, const ConfigKey& key) {
  return std::visit(Getter{options}, key.field);
}

void check_options(const TrainOptions& options) {
  check_name("optimizer", options.optimizer, optimizer_names());
  check_name("schedule", options.schedule, schedule_names());
  if (options.loss != "auto") (void)make_loss(options.loss);
  if (options.head != "auto") (void)make_head(options.head);
  check_name("start", options.start, kStarts);
  check_normaliser(options.nme);
  if (!options.time.empty()) (void)parse_duration(options.time);
  (void)parse_accept(options.accept);
  if (!options.automatic && (options.batch < 1 || (options.epochs < 1 && options.time.empty()))) {
    throw Error(ErrorCode::usage, "batch or epochs is 0; give both, or let --auto choose.");
  }
  (void)parse_precision(options.precision);
  std::vector<std::string> places = options.data;
  if (!options.val.empty()) places.push_back(options.val);
  check_data_options(data_options(options));
  check_effect(data_options(options), places);
  check_augmentation(options, options.channels);
  if (options.channels == 2) throw Error(ErrorCode::usage, "--channels 2: expected 1 (gray) or 3 (colour).");
  if (options.data.empty()) throw Error(ErrorCode::usage, "no training data; give --data DIR or --data synth:N.");
  if (std::find(options.data.begin(), options.data.end(), options.val) != options.data.end()) {
    throw Error(ErrorCode::usage,
                "--val and --data both name '" + options.val +
                    "': the error would mean nothing. Leave --val out to keep a part of the data apart.");
  }
}

DataOptions data_options(const TrainOptions& options) {
  check_name("exif", options.exif, kExif);
  DataOptions data;
  data.image.turn = options.exif == "apply";
  data.image.max_pixels = options.max_pixels;
  data.images = options.images;
  data.missing = options.missing;
  data.skip_bad = options.skip_bad;
  data.subset = options.subset;
  data.seed = options.seed;
  return data;
}

const ConfigKey* find_config_key(std::string_view name) {
  for (const ConfigKey& key : config_keys()) {
    if (file_name_of(key.name) == name) return &key;
  }
  return nullptr;
}

void read_config(const std::filesystem::path& file, TrainOptions& options) {
  apply_entries(options, read_toml(file), file.string());
}

namespace {

/// Major and minor of "0.1.0"; nothing if the text is no version.
std::optional<std::pair<int, int>> version_of(std::string_view text) {
  std::pair<int, int> version;
  const char* end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.first);
  if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.') return std::nullopt;
  const auto minor = std::from_chars(major.ptr + 1, end, version.second);
  if (minor.ec != std::errc{} || (minor.ptr != end && *minor.ptr != '.')) return std::nullopt;
  return version;
}

/// Options of a newer program may mean something else here, even where they have the same names.
void check_version(const AttributeValue& value, const std::string& where) {
  const auto* text = std::get_if<std::string>(&value);
  const auto version = text == nullptr ? std::nullopt : version_of(*text);
  if (!version) {
    throw Error(ErrorCode::usage, where + "the version is no version, such as \"" + std::string(kVersion) + "\".");
  }
  if (*version <= *version_of(kVersion)) return;
  throw Error(ErrorCode::usage, where + "the file is of fpcpu " + excerpt(*text) + ", this is " +
                                    std::string(kVersion) +
                                    ". Use that program, or remove the line to read the options as this one does.");
}

}  // namespace

void apply_entries(TrainOptions& options, std::span<const TomlEntry> entries, const std::string& file) {
  bool data_seen = false;
  for (const TomlEntry& entry : entries) {
    const std::string where = file + " line " + std::to_string(entry.line) + ": ";
    if (entry.key == "version") {
      check_version(entry.value, where);
      continue;
    }
    const std::string name = entry.key.substr(0, entry.key.find('['));
    const ConfigKey* key = find_config_key(name);
    if (key == nullptr) {
      std::vector<std::string> names;
      for (const ConfigKey& k : config_keys()) names.push_back(file_name_of(k.name));
      throw Error(ErrorCode::usage, where + "unknown option '" + excerpt(name) + "'." + suggest(name, names));
    }
    const bool is_list = std::holds_alternative<std::vector<std::string> O::*>(key->field);
    if (entry.key.size() != name.size() && (!is_list || std::count(entry.key.begin(), entry.key.end(), '[') > 1)) {
      throw Error(ErrorCode::usage, where + "'" + name + "' takes one value, not a list.");
    }
    if (key->name == "data" && !data_seen) {
      options.data.clear();
      data_seen = true;
    }
    try {
      set_option(options, *key, text_of(entry.value));
    } catch (const Error& e) {
      throw Error(e.code(), where + e.what());
    }
  }
}

std::string config_text(const TrainOptions& options, std::span<const std::string> comment) {
  std::string text;
  for (const std::string& line : comment) text += "# " + line + "\n";
  text += "version = \"" + std::string(kVersion) + "\"\n";
  std::string_view group;
  for (const ConfigKey& key : config_keys()) {
    if (key.group != group) text += "\n# " + std::string(key.group) + "\n";
    group = key.group;
    text += file_name_of(key.name) + " = " + std::visit(TomlWriter{options}, key.field) + "\n";
  }
  return text;
}

}  // namespace fpcpu
