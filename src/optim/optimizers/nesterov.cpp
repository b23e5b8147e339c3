// SPDX-License-Identifier: MIT
#include "optim/optimizers/recipe.hpp"

namespace fpcpu::optimizer {

/// Accelerated gradient:
///   m = momentum * m + g;  w -= lr * (g + momentum * m)
/// Source: Nesterov 1983, in the form of Sutskever et al., ICML 2013.
OptimizerRecipe nesterov() {
  return {.name = "nesterov",
          .update = [](const auto& kernels) noexcept { return kernels.sgd_update; },
          .lr = 1e-4,
          .momentum = 0.9,
          .nesterov = true};
}

}  // namespace fpcpu::optimizer
