// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// The few ways in which values become text of the report.
namespace fpcpu::html {

/// &, <, >, " and ' replaced, so that any text is safe in an element and in a quoted attribute.
[[nodiscard]] std::string escape(std::string_view text);

/// `digits` significant digits, trailing zeros removed: 0.00123, 3.46, 12800; "-" for a NaN.
[[nodiscard]] std::string number(double value, int digits = 3);

/// `digits` digits after the point and a unit, "3.46 %"; "-" for what is not finite.
[[nodiscard]] std::string fixed(double value, int digits, std::string_view unit = {});

/// RFC 4648 with padding.
[[nodiscard]] std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace fpcpu::html
