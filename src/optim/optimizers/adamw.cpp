// SPDX-License-Identifier: MIT
#include "optim/optimizers/recipe.hpp"

namespace fpcpu::optimizer {

/// Adam whose weight decay is not part of the gradient:
///   w -= lr * weight_decay * w;  then the step of Adam
/// Source: Loshchilov and Hutter, ICLR 2019, arXiv 1711.05101.
OptimizerRecipe adamw() {
  return {.name = "adamw",
          .update = [](const auto& kernels) noexcept { return kernels.adam_update; },
          .lr = 2e-3,
          .momentum = 0.9,
          .beta2 = 0.999,
          .eps = 1e-8,
          .weight_decay = 0.01,
          .m = Moment::always,
          .v = Moment::always,
          .decoupled_decay = true};
}

}  // namespace fpcpu::optimizer
