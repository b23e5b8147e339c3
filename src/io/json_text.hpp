// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace fpcpu {

/// One object with values in the order given; what the commands print with --json and write to .json files.
using JsonValue = std::variant<std::int64_t, double, std::string, std::vector<double>, std::vector<float>,
                               std::vector<std::string>, bool>;
using JsonObject = std::vector<std::pair<std::string, JsonValue>>;

/// On one line. Numbers have as many digits as it takes to read them back in their own precision; those that are not
/// finite become null.
[[nodiscard]] std::string to_json(const JsonObject& object);
/// An array with one object a line.
[[nodiscard]] std::string to_json(const std::vector<JsonObject>& objects);

}  // namespace fpcpu
