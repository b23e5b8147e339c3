// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fpcpu {

using AttributeValue = std::variant<bool, std::int64_t, double, std::string>;

/// Name/value list of a layer: what `describe` writes, what a checkpoint or a TOML model file stores, what the registry
/// builds a layer from.
class Attributes {
 public:
  using Item = std::pair<std::string, AttributeValue>;

  Attributes& set(std::string name, AttributeValue value);
  [[nodiscard]] const std::vector<Item>& items() const noexcept { return items_; }
  [[nodiscard]] const AttributeValue* find(std::string_view name) const noexcept;
  friend bool operator==(const Attributes&, const Attributes&) = default;

 private:
  std::vector<Item> items_;
};

/// Reads attributes and remembers which were asked for, so that `finish` can name a mistyped one.
/// All getters throw Error{usage} naming the attribute when the type is wrong or a required one is missing.
class AttributeReader {
 public:
  AttributeReader(std::string where, const Attributes& attributes)
      : where_(std::move(where)), attributes_(attributes) {}

  [[nodiscard]] int integer(std::string_view name);
  [[nodiscard]] int integer(std::string_view name, int fallback);
  [[nodiscard]] double number(std::string_view name, double fallback);
  [[nodiscard]] bool boolean(std::string_view name, bool fallback);
  [[nodiscard]] std::string text(std::string_view name, std::string_view fallback);
  /// Position of the text in `choices`. @throws Error{usage} for any other text, naming the nearest choice.
  [[nodiscard]] std::size_t choice(std::string_view name, std::span<const std::string_view> choices,
                                   std::size_t fallback);
  /// @throws Error{usage} naming the first attribute nobody asked for and the ones that exist.
  void finish() const;

 private:
  const AttributeValue* take(std::string_view name);
  std::string where_;
  const Attributes& attributes_;
  std::vector<std::string> known_;
};

}  // namespace fpcpu
