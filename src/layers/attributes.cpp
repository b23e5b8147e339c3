// SPDX-License-Identifier: MIT
#include "layers/attributes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "core/number_text.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {
constexpr double kMaxNumber = 1e30;

[[noreturn]] void wrong(const std::string& where, std::string_view name, const std::string& what) {
  throw Error(ErrorCode::usage, where + ": '" + excerpt(name) + "' " + what);
}
}  // namespace

Attributes& Attributes::set(std::string name, AttributeValue value) {
  for (Item& item : items_) {
    if (item.first == name) {
      item.second = std::move(value);
      return *this;
    }
  }
  items_.emplace_back(std::move(name), std::move(value));
  return *this;
}

const AttributeValue* Attributes::find(std::string_view name) const noexcept {
  for (const Item& item : items_) {
    if (item.first == name) return &item.second;
  }
  return nullptr;
}

const AttributeValue* AttributeReader::take(std::string_view name) {
  known_.emplace_back(name);
  return attributes_.find(name);
}

int AttributeReader::integer(std::string_view name) {
  if (attributes_.find(name) == nullptr) wrong(where_, name, "is missing; it needs a whole number.");
  return integer(name, 0);
}

int AttributeReader::integer(std::string_view name, int fallback) {
  const AttributeValue* value = take(name);
  if (value == nullptr) return fallback;
  const auto* number = std::get_if<std::int64_t>(value);
  if (number == nullptr) wrong(where_, name, "is not a whole number.");
  if (*number < std::numeric_limits<int>::min() || *number > std::numeric_limits<int>::max()) {
    wrong(where_, name, "is " + std::to_string(*number) + ", beyond the range of a 32-bit number.");
  }
  return static_cast<int>(*number);
}

double AttributeReader::number(std::string_view name, double fallback) {
  const AttributeValue* value = take(name);
  if (value == nullptr) return fallback;
  const auto* real = std::get_if<double>(value);
  const auto* whole = std::get_if<std::int64_t>(value);
  if (real == nullptr && whole == nullptr) wrong(where_, name, "is not a number.");
  const double number = real != nullptr ? *real : static_cast<double>(*whole);
  // Kernels work with it as a float.
  if (!(std::abs(number) <= kMaxNumber)) wrong(where_, name, "is " + exact_text(number) + ", beyond what makes sense.");
  return number;
}

bool AttributeReader::boolean(std::string_view name, bool fallback) {
  const AttributeValue* value = take(name);
  if (value == nullptr) return fallback;
  const auto* truth = std::get_if<bool>(value);
  if (truth == nullptr) wrong(where_, name, "is not true or false.");
  return *truth;
}

std::string AttributeReader::text(std::string_view name, std::string_view fallback) {
  const AttributeValue* value = take(name);
  if (value == nullptr) return std::string(fallback);
  const auto* text = std::get_if<std::string>(value);
  if (text == nullptr) wrong(where_, name, "is not a text; put it in quotes.");
  return *text;
}

std::size_t AttributeReader::choice(std::string_view name, std::span<const std::string_view> choices,
                                    std::size_t fallback) {
  const std::string chosen = text(name, choices[fallback]);
  const auto it = std::find(choices.begin(), choices.end(), chosen);
  if (it == choices.end()) wrong(where_, name, "cannot be '" + excerpt(chosen) + "'." + suggest(chosen, choices));
  return static_cast<std::size_t>(it - choices.begin());
}

void AttributeReader::finish() const {
  for (const auto& [name, value] : attributes_.items()) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    if (known_.empty()) wrong(where_, name, "is unknown: there are no options.");
    wrong(where_, name, "is unknown." + suggest(name, known_));
  }
}

}  // namespace fpcpu
