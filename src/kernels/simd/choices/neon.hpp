// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/choice_classes.hpp"

// Not measured on Arm.
namespace fpcpu::kernels::choices {

constexpr ConvChoices neon = choices_by_hand();

}  // namespace fpcpu::kernels::choices
