// SPDX-License-Identifier: MIT
#include "io/bounded_json.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/foreign_text.hpp"
#include "core/number_text.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

using Json = nlohmann::ordered_json;

/// More than any file of the program has inside each other.
constexpr int kMaxBrackets = 8;

void check_depth(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxBrackets) {
        throw Error(ErrorCode::format, "more than " + std::to_string(kMaxBrackets) + " brackets inside each other");
      }
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
}

[[noreturn]] void wrong(const Json& json, std::string_view what, const std::string& expected) {
  const std::string found = json.dump(-1, ' ', true, Json::error_handler_t::replace);
  throw Error(ErrorCode::format, std::string(what) + " is " + excerpt(found) + ", expected " + expected);
}

}  // namespace

Json parse_bounded_json(std::string_view text) {
  check_depth(text);
  std::vector<std::set<std::string>> keys;
  const auto check = [&keys](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      throw Error(ErrorCode::format, "the name '" + excerpt(value.get<std::string>()) + "' appears twice");
    }
    return true;
  };
  return Json::parse(text, check);
}

std::int64_t whole_number(const Json& json, std::int64_t low, std::int64_t high, std::string_view what) {
  const std::string expected = "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
  if (!json.is_number_integer()) wrong(json, what, expected);
  const bool beyond = json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
  if (beyond || json.get<std::int64_t>() < low || json.get<std::int64_t>() > high) wrong(json, what, expected);
  return json.get<std::int64_t>();
}

float bounded_number(const Json& json, double most, std::string_view what) {
  if (json.is_number()) {
    const double value = json.get<double>();
    if (std::isfinite(value) && std::abs(value) <= most) return static_cast<float>(value);
  }
  wrong(json, what, "a number from -" + exact_text(most) + " to " + exact_text(most));
}

}  // namespace fpcpu
