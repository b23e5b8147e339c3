// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "fpcpu/losses.hpp"

namespace fpcpu {

/// One output, and the points or one target stream of its size. @throws Error{shape}
void check_pointwise(std::string_view loss, const LossInputs& inputs);
/// One output with one map per point. @throws Error{shape}
void check_maps(std::string_view loss, const LossInputs& inputs);

}  // namespace fpcpu
