// SPDX-License-Identifier: MIT
#include "core/duration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "fpcpu/error.hpp"

namespace fpcpu {

double parse_duration(std::string_view text) {
  double seconds = 0;
  double last_unit = 1e9;
  const char* p = text.data();
  const char* end = p + text.size();
  while (p < end) {
    double value = 0;
    const auto number = std::from_chars(p, end, value, std::chars_format::fixed);
    const char unit = number.ec == std::errc{} && number.ptr < end ? *number.ptr : '?';
    const double factor = unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3600 : 0;
    if (factor == 0 || factor >= last_unit || value < 0) break;
    last_unit = factor;
    seconds += value * factor;
    p = number.ptr + 1;
  }
  if (p != end || !(seconds > 0 && seconds < 1e9)) {
    throw Error(ErrorCode::usage, "--time " + std::string(text) + ": expected a time such as 90s, 10m, 1h or 1h30m.");
  }
  return seconds;
}

std::string duration(double seconds) {
  const auto whole = static_cast<long>(std::lround(std::max(0.0, seconds)));
  std::array<char, 48> text{};
  if (whole < 100) {
    std::snprintf(text.data(), text.size(), "%ld s", whole);
  } else if (whole < 3600) {
    std::snprintf(text.data(), text.size(), "%ld:%02ld", whole / 60, whole % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  }
  return text.data();
}

}  // namespace fpcpu
