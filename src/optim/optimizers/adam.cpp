// SPDX-License-Identifier: MIT
#include "optim/optimizers/recipe.hpp"

namespace fpcpu::optimizer {

/// Means of the gradient and of its square, both corrected for their start at zero (beta1 = momentum):
///   m = beta1 * m + (1 - beta1) * g;  v = beta2 * v + (1 - beta2) * g^2
///   w -= lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
/// Source: Kingma and Ba, ICLR 2015, arXiv 1412.6980.
OptimizerRecipe adam() {
  return {.name = "adam",
          .update = [](const auto& kernels) noexcept { return kernels.adam_update; },
          .lr = 2e-3,
          .momentum = 0.9,
          .beta2 = 0.999,
          .eps = 1e-8,
          .m = Moment::always,
          .v = Moment::always};
}

}  // namespace fpcpu::optimizer
