// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/choice_classes.hpp"

// Not measured.
namespace fpcpu::kernels::choices {

constexpr ConvChoices sse4 = choices_by_hand();

}  // namespace fpcpu::kernels::choices
