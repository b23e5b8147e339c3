// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// The number that DataOptions::missing stands for; nothing if it is empty. @throws Error{usage} if it is no number.
[[nodiscard]] std::optional<float> missing_mark(const DataOptions& options);

/// How many of `rows` faces DataOptions::subset keeps. @throws Error{usage} if it is no number above 0 or leaves none.
[[nodiscard]] std::size_t subset_size(const DataOptions& options, std::size_t rows);

/// Refuses values that mean nothing, before any file is opened. @throws Error{usage}
void check_data_options(const DataOptions& options);

/// Refuses options that change nothing on rendered faces when all of `places` are such. @throws Error{usage}
void check_effect(const DataOptions& options, const std::vector<std::string>& places);

}  // namespace fpcpu
