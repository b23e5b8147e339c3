// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

/// Intel AMX: a register file of eight tiles and one instruction that multiplies them. Always inlined, for files with
/// and without instruction-set flags include this.
///
/// Written in assembly, because the intrinsics of GCC 12 do not tell the compiler which memory they read and write:
/// stores in front of them get lost.
namespace fpcpu::kernels::amx {

/// A tile is kRows rows of kRowWords 32-bit words.
inline constexpr int kRows = 16;
inline constexpr int kRowWords = 16;

/// What LDTILECFG reads: bytes of a row and rows of each tile.
struct alignas(64) Configuration {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
constexpr Configuration kAllFull{};

/// Tiles can be used while it lives, all of them at full size. Ends with the processor's state as it was at the start.
class Session {
 public:
  __attribute__((always_inline)) Session() { asm volatile("ldtilecfg %0" : : "m"(kAllFull)); }
  __attribute__((always_inline)) ~Session() { asm volatile("tilerelease"); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
};

template <int TILE>
__attribute__((always_inline)) inline void zero() {
  asm volatile("tilezero %%tmm%c0" : : "i"(TILE));
}

/// Row r of the tile is p + r * stride, stride in words.
template <int TILE>
__attribute__((always_inline)) inline void load(const float* p, std::ptrdiff_t stride) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(p), "r"(4 * stride), "i"(TILE) : "memory");
}
template <int TILE>
__attribute__((always_inline)) inline void store(float* p, std::ptrdiff_t stride) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(p), "r"(4 * stride), "i"(TILE) : "memory");
}

/// sum[m][n] += a[m][k].first * b[k][n].first + a[m][k].second * b[k][n].second over all k: words of a and b are pairs
/// of bfloat16 values, those of the sum floats.
template <int SUM, int A, int B>
__attribute__((always_inline)) inline void multiply_add() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(SUM), "i"(A), "i"(B));
}

}  // namespace fpcpu::kernels::amx
