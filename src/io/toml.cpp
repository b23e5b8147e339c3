// SPDX-License-Identifier: MIT
#include "io/toml.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>
#include <utility>

#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "core/number_text.hpp"
#include "fpcpu/error.hpp"
#include "io/toml_text.hpp"

namespace fpcpu {

namespace {

int line_of(const toml::node& node) noexcept { return static_cast<int>(node.source().begin.line); }

Error mistake(const std::string& name, int line, const std::string& what) {
  return Error(ErrorCode::format, name + " line " + std::to_string(line) + ": " + what);
}

constexpr int kMaxDepth = 16;

/// A key as one part of the flattened key, in which dots and brackets tell tables and lists apart.
std::string plain_key(const toml::key& key, const std::string& name) {
  const std::string text(key.str());
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (plain) continue;
    throw mistake(name, static_cast<int>(key.source().begin.line),
                  "the key '" + excerpt(text) + "' is not known; keys here have letters a-z, digits, _ and - only.");
  }
  return text;
}

struct Placed {
  TomlEntry entry;
  toml::source_position position;
};

void flatten(const toml::node& node, const std::string& key, const std::string& name, int depth,
             std::vector<Placed>& out) {
  if (depth > kMaxDepth) {
    throw mistake(name, line_of(node),
                  "more than " + std::to_string(kMaxDepth) + " tables and lists inside each other.");
  }
  const auto add = [&](AttributeValue value) {
    out.push_back({{key, std::move(value), line_of(node)}, node.source().begin});
  };
  if (const auto* table = node.as_table()) {
    for (const auto& [child, value] : *table) {
      const std::string text = plain_key(child, name);
      flatten(value, key.empty() ? text : key + "." + text, name, depth + 1, out);
    }
  } else if (const auto* array = node.as_array()) {
    if (array->empty()) throw mistake(name, line_of(node), "'" + key + "' is an empty list; leave it out.");
    for (std::size_t i = 0; i < array->size(); ++i) {
      flatten(*array->get(i), key + "[" + std::to_string(i) + "]", name, depth + 1, out);
    }
  } else if (const auto* boolean = node.as_boolean()) {
    add(boolean->get());
  } else if (const auto* integer = node.as_integer()) {
    add(integer->get());
  } else if (const auto* number = node.as_floating_point()) {
    add(number->get());
  } else if (const auto* text = node.as_string()) {
    add(text->get());
  } else {
    throw mistake(name, line_of(node), "'" + key + "' is a date or time, expected a text, a number, true or false.");
  }
}

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::string text = exact_text(value);
  // Without a point it would come back as an integer.
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string quoted(const std::string& value) {
  std::ostringstream text;
  text << toml::value<std::string>(value);
  return text.str();
}

}  // namespace

std::vector<TomlEntry> parse_toml(std::string_view text, const std::string& name) {
  check_toml_text(text, name);
  toml::table table;
  try {
    table = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    throw mistake(name, static_cast<int>(error.source().begin.line), printable(error.description()) + ".");
  }
  std::vector<Placed> placed;
  flatten(table, "", name, 0, placed);
  // toml++ keeps the keys of a table in alphabetical order.
  std::stable_sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::pair(a.position.line, a.position.column) < std::pair(b.position.line, b.position.column);
  });
  std::vector<TomlEntry> entries;
  entries.reserve(placed.size());
  for (Placed& p : placed) entries.push_back(std::move(p.entry));
  return entries;
}

std::vector<TomlEntry> read_toml(const std::filesystem::path& file) {
  return parse_toml(read_file(file, kMaxTomlBytes + 1), file.string());
}

std::optional<std::pair<std::size_t, std::string>> array_element(std::string_view key, std::string_view array) {
  if (!key.starts_with(array) || key.size() <= array.size() || key[array.size()] != '[') return std::nullopt;
  std::size_t index = 0;
  const char* end = key.data() + key.size();
  const auto [stop, error] = std::from_chars(key.data() + array.size() + 1, end, index);
  if (error != std::errc{}) return std::nullopt;
  std::string rest(stop, end);  // "]" or "].stride"
  rest.erase(0, rest.starts_with("].") ? 2 : 1);
  return std::pair(index, std::move(rest));
}

std::string to_toml(const AttributeValue& value) {
  struct Writer {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return number_text(v); }
    std::string operator()(const std::string& v) const { return quoted(v); }
  };
  return std::visit(Writer{}, value);
}

}  // namespace fpcpu
