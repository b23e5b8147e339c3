// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kernels/table.hpp"

namespace fpcpu {

using OptimizerStep = void (*)(const kernels::OptimizerUpdate<float>&) noexcept;

/// Whether a state array with one value per parameter is kept.
enum class Moment : std::uint8_t { never, with_momentum, always };

/// One optimizer. In each step `update` gets g = grad_scale * dL/dw + l1 * sign(w) + l2 * w; in its place
/// `decoupled_decay` shrinks w by lr * weight_decay beforehand.
struct OptimizerRecipe {
  std::string_view name;
  /// The update of these kernels, or one of its own that any machine runs.
  OptimizerStep (*update)(const kernels::KernelTable<float>&) noexcept;
  double lr;  // usual values
  double momentum = 0;
  double beta2 = 0;
  double eps = 0;
  double weight_decay = 0;
  Moment m = Moment::with_momentum;  // first moment or velocity
  Moment v = Moment::never;          // second moment
  bool nesterov = false;
  bool decoupled_decay = false;
};

[[nodiscard]] std::span<const OptimizerRecipe> optimizers();

}  // namespace fpcpu
