#pragma once

#include <string>
#include <string_view>

namespace fpcpu {

/// What toml++ must not be trusted with: texts beyond 1 MiB, bytes that are no UTF-8, control characters, letters
/// outside ASCII in bare keys (some of them reach code that it declares unreachable), tables without a name (it takes for
/// granted that there is one), brackets that do not match, and dotted keys of many parts (it recurses once per part).
/// @throws Error{format} with file and line.
void check_toml_text(std::string_view text, const std::string& name);

}  // namespace fpcpu
