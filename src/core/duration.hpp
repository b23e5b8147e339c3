// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace fpcpu {

/// Seconds of "90s", "10m", "1h" or "1h30m". @throws Error{usage} for anything else, and for no time at all.
[[nodiscard]] double parse_duration(std::string_view text);

/// Seconds as "42 s", "3:07" or "1:02:33".
[[nodiscard]] std::string duration(double seconds);

}  // namespace fpcpu
