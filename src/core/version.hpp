// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace fpcpu {

/// Set by the build from project(VERSION).
inline constexpr std::string_view kVersion = FPCPU_VERSION;

}  // namespace fpcpu
