// SPDX-License-Identifier: MIT
// Prints the instruction sets of which this machine uses kernels, as kernels/dispatch.cpp chooses: the widest, and those
// for bf16, which call the functions of the former.
#include <cstdio>
#include <string>

#include "core/cpu.hpp"

int main() {
  using namespace fpcpu;
  std::string names;
  for (const Isa isa : {Isa::sse4, Isa::avx2, Isa::avx512, Isa::neon}) {
    if (cpu_supports(isa)) names = to_string(isa);
  }
  if (cpu_supports(Isa::avx512, Precision::bf16)) names += ";avx512_bf16";
  if (cpu_supports(Isa::avx512, Precision::bf16) && cpu_has_amx()) names += ";avx512_amx";
  std::printf("%s", names.c_str());
}
