#pragma once

#include "kernels/choice_classes.hpp"

// Written by `fpcpu_bench choose --isa avx512 --precision bf16` on AMD EPYC.
namespace fpcpu::kernels::choices {

inline constexpr ConvChoices avx512_bf16 = {{
    {
        {"ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
    },
    {
        {"ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
    },
    {
        {"ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
    },
}};

}  // namespace fpcpu::kernels::choices
