// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fpcpu {

/// Of a text in TOML; a longer file need not be read any further than one byte beyond it.
inline constexpr std::size_t kMaxTomlBytes = std::size_t{1} << 20U;

/// What toml++ must not be trusted with: texts beyond 1 MiB, bytes that are no UTF-8, control characters, letters
/// outside ASCII in bare keys (some of them reach code that it declares unreachable), tables without a name (it takes
/// for granted that there is one), brackets that do not match, quotes and brackets in the middle of a value or a key,
/// and dotted keys of many parts (it recurses once per part).
/// @throws Error{format} with file and line.
void check_toml_text(std::string_view text, const std::string& name);

}  // namespace fpcpu
