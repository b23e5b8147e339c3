// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace fpcpu {

/// Reads JSON that may come from a stranger: at most eight brackets inside each other, which is found out before
/// the parser builds anything, and no name twice in one object, of which the parser alone would keep one silently.
/// @throws Error{format} without a place; nlohmann::json::parse_error for what is no JSON.
[[nodiscard]] nlohmann::ordered_json parse_bounded_json(std::string_view text);

/// A whole number from `low` to `high`. @throws Error{format} "WHAT is ..., expected ..."
[[nodiscard]] std::int64_t whole_number(const nlohmann::ordered_json& json, std::int64_t low, std::int64_t high,
                                        std::string_view what);
/// A finite number of at most `most` in size. @throws Error{format}
[[nodiscard]] float bounded_number(const nlohmann::ordered_json& json, double most, std::string_view what);

}  // namespace fpcpu
