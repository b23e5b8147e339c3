#pragma once

#include "kernels/choice_classes.hpp"

// Not measured: no processor with AMX was at hand. AMX multiplies more than ten times as fast as vectors of floats, while
// Winograd saves at most a factor of four and pays for it with such vectors.
namespace fpcpu::kernels::choices {

constexpr ConvChoices avx512_amx = choices_of("bbbbbbb");
#if FPCPU_AMX_EMULATED
constexpr ConvChoices avx512_amx_emulated = avx512_amx;
#endif

}  // namespace fpcpu::kernels::choices
