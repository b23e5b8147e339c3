// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fpcpu::cli {

/// What to try instead of a command that other programs have: "fpcpu detect". Empty for a name nobody uses.
[[nodiscard]] std::string command_hint(std::string_view name);

/// What to try instead of an option ("--learning-rate") that other programs have, in a command whose options are
/// `known` ("--lr"). Empty if there is none.
[[nodiscard]] std::string option_hint(std::string_view option, const std::vector<std::string>& known);

}  // namespace fpcpu::cli
