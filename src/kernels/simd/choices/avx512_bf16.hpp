#pragma once

#include "kernels/choice_classes.hpp"

// Written by `fpcpu_bench choose --isa avx512 --precision bf16` on AMD EPYC.
namespace fpcpu::kernels::choices {

constexpr ConvChoices avx512_bf16 = {{
    {
        {"222ttbb", "ttttttb", "ttttttt", "ttttttt", "22ttttt", "t2ttttt", "2tttttt"},
        {"f44f4fb", "44ffftf", "fffffff", "fffffff", "fffffff", "fffffff", "ffffftb"},
        {"ttttbbb", "ttttttb", "4tttttt", "ttttttt", "tttttft", "ttttttt", "ttttttt"},
        {"bbbbbbb", "bbbtbbb", "fbffttt", "tftfftf", "ftttfft", "ttftfft", "fttftt4"},
        {"f4bbbbb", "fffffft", "fffffft", "fffffft", "fffffft", "ffffftt", "ftffttt"},
        {"44bbbbb", "fffffff", "fffffff", "fffffft", "fffffff", "ff4ftft", "ffffttf"},
        {"bbbbfb4", "fffffff", "fffffff", "fffffff", "44fffff", "fffffff", "fffffff"},
    },
    {
        {"222tttt", "222tttt", "ttttttt", "ttttttt", "22ttttt", "bbttttt", "bbttttt"},
        {"f44ffff", "4ffffff", "fffffff", "fffffff", "fffffff", "fffffff", "bffffft"},
        {"tttttft", "tt4fttt", "4tttttt", "ttttttt", "btttttt", "btttttt", "btttttt"},
        {"bbftttf", "bbftttt", "bbfffft", "bfffftt", "bbttfff", "bbfffft", "bfftttb"},
        {"fffffff", "b4fffff", "bffffff", "bffffft", "bffffft", "bfftftt", "bbtttft"},
        {"ff4f44t", "4ffffff", "fffftff", "4ffffff", "bfffftt", "bt4ffff", "ftffttf"},
        {"bf4fff4", "ffff4ff", "bffffff", "bffffff", "bf4ffff", "fffffff", "4fffftf"},
    },
    {
        {"2222bbb", "22ttttb", "22tttt2", "t2tt2tt", "222tttt", "tttt2tt", "2bt2ttb"},
        {"f4tf4bb", "22ttbf4", "42tt42t", "22tttbt", "tttttbt", "tt4tttf", "22ttttt"},
        {"tttttbb", "ttttttb", "2tttttt", "ttttttt", "ttttttt", "ttttttt", "ttttttt"},
        {"ftttbbb", "tttttbb", "ttttttb", "ttttttb", "ttttttf", "fftffff", "fffftf4"},
        {"fttttbb", "ttttt44", "t4tttff", "tfttttt", "ftttttt", "ftttftf", "fffftff"},
        {"f4ffbbb", "fffffff", "fffftf4", "fffffff", "4ffffff", "ff4ffbt", "ff4ffff"},
        {"44fbbb4", "44ft444", "ffff4f4", "fffffff", "f4fffff", "fffffff", "fffffff"},
    },
}};

}  // namespace fpcpu::kernels::choices
