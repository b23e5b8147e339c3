// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "cli/arguments.hpp"
#include "data/inspect/finding.hpp"
#include "fpcpu/dataset.hpp"

namespace fpcpu::cli {

/// The options of training that say how data is read, and --seed, for commands that read data but do not train.
void add_data_options(Arguments& arguments);

/// Opens the faces that such a command works on; prints what is to be said about them to standard error.
/// @throws Error as open_dataset, and Error{usage} for options that change nothing.
[[nodiscard]] DatasetPtr open_data(const Arguments& arguments, const std::string& where);

/// The same, to be judged.
[[nodiscard]] JudgedSet open_judged_set(const Arguments& arguments, const std::string& where);

}  // namespace fpcpu::cli
