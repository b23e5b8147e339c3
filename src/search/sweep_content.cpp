// SPDX-License-Identifier: MIT
#include "search/sweep_content.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "fpcpu/error.hpp"
#include "options/config.hpp"

namespace fpcpu {

namespace {

class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : file_(path_text(file)) {
    for (const TomlEntry& e : read_toml(file)) {
      constexpr std::string_view kTable = "sweep.";
      if (!e.key.starts_with(kTable)) {
        content_.base.push_back(e);
        continue;
      }
      content_.has_sweep = true;
      add(e.key.substr(kTable.size()), e);
    }
  }

  [[nodiscard]] SweepContent take() { return std::move(content_); }

 private:
  [[noreturn]] void fail(int line, const std::string& what) const {
    throw Error(ErrorCode::usage, file_ + " line " + std::to_string(line) + ": " + what);
  }

  void add(const std::string& key, const TomlEntry& e) {
    const std::size_t end = key.find_first_of("[.");
    const std::string name = key.substr(0, end);
    const std::string rest = end == std::string::npos ? "" : key.substr(end);
    if (name == "count" || name == "seed") {
      const std::int64_t value = whole(e, rest.empty(), name == "count" ? 1 : 0);
      if (name == "count") content_.count = value, content_.count_line = e.line;
      if (name == "seed") content_.seed = static_cast<std::uint64_t>(value);
    } else if (name == "seeds") {
      content_.seeds.push_back(static_cast<std::uint64_t>(whole(e, rest.starts_with("["), 0)));
    } else if (name == "variant") {
      add_variant(rest, e);
    } else {
      add_axis(name, rest, e);
    }
  }

  std::int64_t whole(const TomlEntry& e, bool right_place, std::int64_t low) const {
    const auto* value = std::get_if<std::int64_t>(&e.value);
    if (right_place && value != nullptr && *value >= low) return *value;
    fail(e.line, "'" + e.key + "': expected " +
                     (e.key.starts_with("sweep.seeds") ? "a list of whole numbers" : "a whole number") + " from " +
                     std::to_string(low) + ".");
  }

  /// Cuts "[3]" off the front of `rest`; the length of no list is exceeded.
  std::size_t index(std::string& rest, const TomlEntry& e, const char* expected) const {
    std::size_t value = 0;
    const auto parsed =
        std::from_chars(rest.data() + std::min<std::size_t>(1, rest.size()), rest.data() + rest.size(), value);
    if (!rest.starts_with("[") || parsed.ec != std::errc{} || *parsed.ptr != ']') {
      fail(e.line, "'" + e.key + "': expected " + expected + ".");
    }
    rest.erase(0, static_cast<std::size_t>(parsed.ptr - rest.data()) + 1);
    return value;
  }

  void add_variant(std::string rest, const TomlEntry& e) {
    SweepVariant& variant = content_.variants[index(rest, e, "[[sweep.variant]] tables with a name and options")];
    if (variant.line == 0) variant.line = e.line;
    if (rest == ".name") {
      const auto* text = std::get_if<std::string>(&e.value);
      if (text == nullptr || text->empty()) fail(e.line, "the name of a variant is a text.");
      variant.name = *text;
    } else {
      variant.entries.push_back({rest.substr(std::min<std::size_t>(1, rest.size())), e.value, e.line});
    }
  }

  void add_axis(const std::string& option, std::string rest, const TomlEntry& e) {
    if (find_config_key(option) == nullptr || option == "seed") {
      std::vector<std::string> names = {"count", "seed", "seeds", "variant"};
      for (const ConfigKey& k : config_keys()) {
        names.emplace_back(k.name);
        std::replace(names.back().begin(), names.back().end(), '-', '_');
      }
      fail(e.line, "unknown option '" + excerpt(option) + "' under [sweep]." + suggest(option, names));
    }
    auto axis = std::find_if(content_.axes.begin(), content_.axes.end(),
                             [&](const SweepAxis& a) { return a.option == option; });
    if (axis == content_.axes.end()) axis = content_.axes.insert(axis, {option, e.line, {}, {}});
    if (rest == ".from") {
      axis->interval.from = {option, e.value, e.line};
    } else if (rest == ".to") {
      axis->interval.to = {option, e.value, e.line};
    } else if (rest == ".log" && std::holds_alternative<bool>(e.value)) {
      axis->interval.log = std::get<bool>(e.value);
    } else {
      const std::size_t choice = index(rest, e, "a list [a, b, ...] or a range {from = A, to = B, log = true}");
      axis->choices[choice].push_back({option + rest, e.value, e.line});
    }
  }

  std::string file_;
  SweepContent content_;
};

}  // namespace

SweepContent read_sweep_content(const std::filesystem::path& file) { return Reader(file).take(); }

}  // namespace fpcpu
