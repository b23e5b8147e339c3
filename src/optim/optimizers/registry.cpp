// SPDX-License-Identifier: MIT
#include <vector>

#include "optim/optimizers/recipe.hpp"

namespace fpcpu {

// One line for each: NAME stands for the function of that name in optimizers/NAME.cpp.
#define FPCPU_OPTIMIZERS(NAME) \
  NAME(sgd)                    \
  NAME(nesterov)               \
  NAME(rmsprop)                \
  NAME(adam)                   \
  NAME(adamw)

namespace optimizer {
#define FPCPU_DECLARE(NAME) OptimizerRecipe NAME();
FPCPU_OPTIMIZERS(FPCPU_DECLARE)
#undef FPCPU_DECLARE
}  // namespace optimizer

std::span<const OptimizerRecipe> optimizers() {
#define FPCPU_ENTRY(NAME) optimizer::NAME(),
  static const std::vector<OptimizerRecipe> all = {FPCPU_OPTIMIZERS(FPCPU_ENTRY)};
#undef FPCPU_ENTRY
  return all;
}

}  // namespace fpcpu
