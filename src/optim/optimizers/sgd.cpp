// SPDX-License-Identifier: MIT
#include "optim/optimizers/recipe.hpp"

namespace fpcpu::optimizer {

/// Stochastic gradient descent with momentum (heavy ball):
///   m = momentum * m + g;  w -= lr * m
/// Source: Polyak, USSR Computational Mathematics and Mathematical Physics 4, 1964.
OptimizerRecipe sgd() {
  return {.name = "sgd",
          .update = [](const auto& kernels) noexcept { return kernels.sgd_update; },
          .lr = 1e-4,
          .momentum = 0.9};
}

}  // namespace fpcpu::optimizer
