// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

/// The instructions of amx.hpp in plain C++, so that tests can run the kernels that use them on any processor with
/// AVX512-BF16. The program does not contain it.
namespace fpcpu::kernels::amx_emulated {

inline constexpr int kRows = 16;
inline constexpr int kRowWords = 16;

struct Tile {
  float words[kRows][kRowWords];
};

/// The processor's state: of each thread. Outside of a session every instruction is invalid.
inline thread_local bool configured = false;
inline thread_local Tile tiles[8];

inline void require_configuration(bool wanted) {
  if (configured != wanted) __builtin_trap();
}

class Session {
 public:
  Session() {
    require_configuration(false);
    configured = true;
    __builtin_memset(tiles, 0, sizeof(tiles));
  }
  ~Session() { configured = false; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
};

template <int TILE>
void zero() {
  require_configuration(true);
  __builtin_memset(&tiles[TILE], 0, sizeof(Tile));
}

template <int TILE>
void load(const float* p, std::ptrdiff_t stride) {
  require_configuration(true);
  for (int r = 0; r < kRows; ++r) __builtin_memcpy(tiles[TILE].words[r], p + r * stride, 4 * kRowWords);
}

template <int TILE>
void store(float* p, std::ptrdiff_t stride) {
  require_configuration(true);
  for (int r = 0; r < kRows; ++r) __builtin_memcpy(p + r * stride, tiles[TILE].words[r], 4 * kRowWords);
}

/// Half of a word as float: denormal numbers count as zero, in factors and sums.
inline float flushed(float v) {
  constexpr float kLeast = 0x1p-126F;
  return __builtin_fabsf(v) < kLeast ? __builtin_copysignf(0.0F, v) : v;
}
inline float as_float(std::uint32_t bits) { return flushed(__builtin_bit_cast(float, bits)); }
inline float first(float word) { return as_float(__builtin_bit_cast(std::uint32_t, word) << 16U); }
inline float second(float word) { return as_float(__builtin_bit_cast(std::uint32_t, word) & 0xFFFF0000U); }

/// The order of TDPBF16PS: first and second factors are summed apart, each product with one rounding, and both sums are
/// then added to the tile.
template <int SUM, int A, int B>
void multiply_add() {
  require_configuration(true);
  for (int m = 0; m < kRows; ++m) {
    float firsts[kRowWords] = {};
    float seconds[kRowWords] = {};
    for (int k = 0; k < kRowWords; ++k) {
      const float a = tiles[A].words[m][k];
      for (int n = 0; n < kRowWords; ++n) {
        const float b = tiles[B].words[k][n];
        firsts[n] = flushed(__builtin_fmaf(first(a), first(b), firsts[n]));
        seconds[n] = flushed(__builtin_fmaf(second(a), second(b), seconds[n]));
      }
    }
    for (int n = 0; n < kRowWords; ++n) {
      float& sum = tiles[SUM].words[m][n];
      sum = flushed(flushed(sum) + flushed(firsts[n] + seconds[n]));
    }
  }
}

}  // namespace fpcpu::kernels::amx_emulated
