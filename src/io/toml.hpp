// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layers/attributes.hpp"

namespace fpcpu {

/// One value of a TOML file. Tables and arrays are flattened into the key: "optimizer.lr", "data[0]", "layer[2].kind".
struct TomlEntry {
  std::string key;
  AttributeValue value;
  int line = 0;
};

/// All values in the order of the file. Empty arrays and tables give none; dates are refused, and so are keys of other
/// characters than letters, digits, _ and -, so that an index in a flattened key always is that of a real list.
/// @throws Error{io} if it cannot be read; Error{format} with file and line.
[[nodiscard]] std::vector<TomlEntry> read_toml(const std::filesystem::path& file);
/// The same from a text; `name` stands for the file in messages.
[[nodiscard]] std::vector<TomlEntry> parse_toml(std::string_view text, const std::string& name);

/// Where in an array a flattened key is: of "layer[12].stride" in `layer` 12 and "stride", of "inputs[1]" in `inputs` 1
/// and "". Nothing if the key is no element of `array`.
[[nodiscard]] std::optional<std::pair<std::size_t, std::string>> array_element(std::string_view key,
                                                                               std::string_view array);

/// A value as TOML writes it; reading it gives the same value and type back.
[[nodiscard]] std::string to_toml(const AttributeValue& value);

}  // namespace fpcpu
