// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/tile.hpp"

/// The register tile of weight gradients: rows are positions of the filter, pixels are the reduction. What is called a
/// pixel here is a word of words.hpp: with bfloat16 two neighbouring pixels of a channel.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

struct WeightJob {
  const float* dy;  // packed panel, NV * kLanes per pixel, lines one after the other
  int lines, pixels;
  Index line, pixel;  // strides of x
  Index dw_stride;    // between the rows of a tile
  int columns;        // of this panel that exist
  bool add;           // dw already holds a part of the sum
};

/// dw[m][n] (+)= sum over pixels of x[pixel][m] * dy[pixel][n]
using WeightFunction = void (*)(const WeightJob&, const float* x, float* dw);

/// The tile with m rows, 1 <= m <= kTileRows<NV>; NV is 1 or 2. Defined in weight_tile.cpp, as in tile.hpp.
template <int NV>
WeightFunction weight_function(int m);

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
