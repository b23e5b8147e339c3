// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/choice_classes.hpp"

// Not measured, for want of a processor with AMX. It multiplies about ten times as fast as vectors of floats, while
// Winograd with those saves at most a factor of four.
namespace fpcpu::kernels::choices {

constexpr ConvChoices avx512_amx = choices_of("bbbbbbb");
#if FPCPU_AMX_EMULATED
constexpr ConvChoices avx512_amx_emulated = avx512_amx;
#endif

}  // namespace fpcpu::kernels::choices
