// SPDX-License-Identifier: MIT
#include "optim/clip.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace fpcpu {

double squared_norm(const UpdateBlock& block, const float* grads) noexcept {
  // Eight fixed chains instead of one: the compiler may vectorize, and the result stays the same bits everywhere.
  std::array<double, 8> chain{};
  std::size_t i = block.begin;
  for (; i + chain.size() <= block.end; i += chain.size()) {
    for (std::size_t j = 0; j < chain.size(); ++j) {
      const double g = static_cast<double>(grads[i + j]);
      chain[j] += g * g;
    }
  }
  for (std::size_t j = 0; i < block.end; ++i, ++j) {
    const double g = static_cast<double>(grads[i]);
    chain[j] += g * g;
  }
  double sum = 0;
  for (const double part : chain) sum += part;
  return sum;
}

double clip_scale(std::span<const double> block_sums, double max_norm) noexcept {
  double sum = 0;
  for (const double block : block_sums) sum += block;
  const double norm = std::sqrt(sum);
  // The optimizers keep squares in float.
  if (!(sum <= static_cast<double>(std::numeric_limits<float>::max()))) return std::nan("");
  if (max_norm <= 0) return 1.0;
  return std::min(1.0, max_norm / (norm + 1e-6));
}

}  // namespace fpcpu
