// SPDX-License-Identifier: MIT
#include "io/json_text.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/number_text.hpp"

namespace fpcpu {

namespace {

template <class Value>
std::string value_text(const Value& value) {
  // Text that is not UTF-8 (a file name in another encoding) must not stop the output.
  return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// As a double each would show the digits of its rounding: 26.453763961791992.
std::string value_text(const std::vector<float>& values) {
  std::string text = "[";
  for (const float v : values) {
    text += text.size() == 1 ? "" : ",";
    text += std::isfinite(v) ? exact_text(v) : "null";
  }
  return text + "]";
}

}  // namespace

std::string to_json(const JsonObject& object) {
  std::string text = "{";
  for (const auto& [name, value] : object) {
    text += text.size() == 1 ? "" : ",";
    text += value_text(name) + ":" + std::visit([](const auto& v) { return value_text(v); }, value);
  }
  return text + "}";
}

std::string to_json(const std::vector<JsonObject>& objects) {
  std::string text = "[\n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    text += to_json(objects[i]) + (i + 1 < objects.size() ? ",\n" : "\n");
  }
  return text + "]\n";
}

}  // namespace fpcpu
