// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/lanes.hpp"

/// Squares of numbers turned on their way through registers: weights are stored with output channels innermost, and the
/// data gradient wants input channels there.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

/// to[u * stride + i] = lane u of row i.
HWY_INLINE void store_transposed(V row0, V row1, V row2, V row3, float* to, Index stride) {
  // Within each 128-bit block the two steps of interleaving transpose 4x4.
  const V low02 = hn::InterleaveLower(d, row0, row2);
  const V low13 = hn::InterleaveLower(d, row1, row3);
  const V high02 = hn::InterleaveUpper(d, row0, row2);
  const V high13 = hn::InterleaveUpper(d, row1, row3);
  alignas(64) float columns[4][kLanes];
  hn::Store(hn::InterleaveLower(d, low02, low13), d, columns[0]);
  hn::Store(hn::InterleaveUpper(d, low02, low13), d, columns[1]);
  hn::Store(hn::InterleaveLower(d, high02, high13), d, columns[2]);
  hn::Store(hn::InterleaveUpper(d, high02, high13), d, columns[3]);
  for (int block = 0; block < kLanes; block += 4) {
    for (int c = 0; c < 4; ++c) {
      __builtin_memcpy(to + (block + c) * stride, columns[c] + block, 4 * sizeof(float));
    }
  }
}

/// kLanes channels of a sum, each with a vector of the channels it goes to.
struct ChannelBlock {
  alignas(64) float values[kLanes][kLanes];

  /// values[c][n] = from[c + n * stride] for c < count and n < outputs, zero for larger n or c.
  HWY_INLINE void load(const float* HWY_RESTRICT from, Index stride, int count, int outputs) {
    const auto row = [&](int n)
                         FPCPU_INLINE { return n < outputs ? load_some(from + n * stride, count) : hn::Zero(d); };
    for (int n = 0; n < kLanes; n += 4) {
      store_transposed(row(n), row(n + 1), row(n + 2), row(n + 3), &values[0][n], kLanes);
    }
  }
  HWY_INLINE V at(int c) const { return hn::Load(d, values[c]); }
};

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
