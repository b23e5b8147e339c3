// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "optim/update_blocks.hpp"

namespace fpcpu {

/// Sum of squares of one block of the gradient, in double.
[[nodiscard]] double squared_norm(const UpdateBlock& block, const float* grads) noexcept;

/// Factor that brings the gradient's global norm down to max_norm, or 1 if it is smaller (or max_norm is 0: no
/// clipping):
///   min(1, max_norm / (sqrt(sum of squares) + 1e-6))
/// @param block_sums squared_norm of every block in the order of the blocks; added in that order, so the result does
///        not depend on threads. If all squares together do not fit a float, the result is NaN: the caller must not use
///        the step.
/// Source: Pascanu et al., ICML 2013, arXiv 1211.5063.
[[nodiscard]] double clip_scale(std::span<const double> block_sums, double max_norm) noexcept;

}  // namespace fpcpu
