// SPDX-License-Identifier: MIT
#include "optim/optimizers/recipe.hpp"

namespace fpcpu::optimizer {

/// Steps divided by the root of the mean squared gradient:
///   v = beta2 * v + (1 - beta2) * g^2;  s = g / (sqrt(v) + eps);  w -= lr * s
/// With momentum: m = momentum * m + s;  w -= lr * m.
/// Source: Tieleman and Hinton, Coursera 2012.
OptimizerRecipe rmsprop() {
  return {.name = "rmsprop",
          .update = [](const auto& kernels) noexcept { return kernels.rmsprop_update; },
          .lr = 5e-4,
          .beta2 = 0.99,
          .eps = 1e-8,
          .v = Moment::always};
}

}  // namespace fpcpu::optimizer
