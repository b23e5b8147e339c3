// SPDX-License-Identifier: MIT
#pragma once

#include "cli/arguments.hpp"
#include "kernels/table.hpp"

namespace fpcpu::cli {

/// The kernels that --isa and --precision ask for. Where there are none for bf16, says so on standard error and gives
/// those for fp32. @throws Error{usage}
[[nodiscard]] const kernels::KernelTable<float>& chosen_kernels(const Arguments& a);

}  // namespace fpcpu::cli
