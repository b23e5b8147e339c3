// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/choice_classes.hpp"

// Written by `fpcpu_bench choose --isa avx512 --precision bf16` on AMD EPYC.
namespace fpcpu::kernels::choices {

constexpr ConvChoices avx512_bf16 = {{
    {
        {"22tttbb", "ttttttb", "ttttttb", "ttttttt", "22ttttt", "22ttttt", "22btttt"},
        {"ffffffb", "fffffff", "fffftff", "fffftft", "44ftftt", "44ffttt", "44ffttt"},
        {"tttdtbb", "ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt"},
        {"44fffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "f4fffff"},
        {"bbbbfbb", "ffffftt", "fffffff", "fffffff", "tffffff", "fffffft", "ffffttt"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"bbbbbbb", "fffffff", "fffffff", "fffffff", "fffffff", "fffffft", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"ffffffb", "fffffff", "fffffft", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"ffbfbft", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
    },
    {
        {"2ttt222", "2ttt22b", "ttttttb", "ttt2tbb", "tttttbb", "bttttbb", "bbtttbb"},
        {"ffff444", "ffff444", "ffffffd", "ffftftt", "ffffttt", "ffttttt", "bfttttt"},
        {"ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt", "btttttt", "btttttt"},
        {"fffffff", "fff4fff", "fffffff", "fffffff", "fffffff", "fffffft", "fffffft"},
        {"bfffftf", "bffffft", "bffffff", "bffffff", "bffffft", "btfffft", "btffttt"},
        {"fffffff", "4ffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"bffffff", "bffffff", "bffffff", "bffffff", "bffffff", "bffffft", "bfffftf"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "4ffffff", "fffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "bffffff"},
        {"fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"ff4ffff", "fffffft", "fffffff", "bffffff", "bffffff", "bffffff", "fffffff"},
    },
    {
        {"22tttbb", "tttttbb", "ttttbbb", "tttttbt", "t2tttbt", "t2222tt", "ttttttt"},
        {"44ttfbb", "ttttfbb", "ttttffb", "ttttttt", "ttttttt", "ttttttt", "ttttttt"},
        {"tttttbb", "ttttttb", "ttttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt"},
        {"fff4444", "ffff444", "fffffff", "fffffff", "fffffff", "fffffff", "f4fffff"},
        {"ffttttb", "ttttttb", "tfttttf", "tffttff", "tttffff", "fffffff", "fffffff"},
        {"ffffff4", "ffffff4", "fffffff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"tttttbb", "tttttt4", "ttttttf", "ffttttf", "ffftfff", "fffffff", "fffffff"},
        {"4444444", "ff444t4", "fffffff", "fffffff", "fffffff", "4ffffff", "fffffff"},
        {"fffff4b", "fffft4f", "ffffff4", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"444444b", "44444ff", "44fftff", "fffffff", "fffffff", "fffffff", "fffffff"},
        {"44ftfbb", "44f4t44", "fffft4f", "fffffff", "fffffff", "fffffff", "fffffff"},
    },
}};

}  // namespace fpcpu::kernels::choices
