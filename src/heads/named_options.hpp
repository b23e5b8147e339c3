// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "layers/attributes.hpp"

namespace fpcpu {

/// A name with options, as users write it on one line: "wing:w=10,epsilon=2".
struct NamedOptions {
  std::string name;
  Attributes options;
};

/// Values are numbers, true, false or texts. @throws Error{usage} for an option without a name or a value, or given
/// twice.
[[nodiscard]] NamedOptions parse_named_options(std::string_view text);
[[nodiscard]] std::string to_text(const NamedOptions& named);

}  // namespace fpcpu
