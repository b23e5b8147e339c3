// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "graph/graph.hpp"
#include "kernels/table.hpp"
#include "optim/optimizers/recipe.hpp"
#include "optim/update_blocks.hpp"

namespace fpcpu {

/// How parameters follow their gradients. The learning rate is the schedule's business (schedule.hpp). The formulas
/// stand in optimizers/, a file each; g in them is
///   grad_scale * dL/dw + l1 * sign(w) + weight_decay * w     (the last two for parameters that decay only).
struct OptimizerOptions {
  std::string name = "adamw";
  double momentum = 0.9;       // beta1 of Adam
  double beta2 = 0.999;        // smoothing of the squared gradient
  double eps = 1e-8;           // added to the root
  double weight_decay = 0.01;  // L2, decoupled for adamw
  double l1 = 0.0;
};

/// The usual values for an optimizer. @throws Error{usage} for an unknown name, naming the nearest.
[[nodiscard]] OptimizerOptions optimizer_defaults(std::string_view name);
/// The highest learning rate that suits it at a batch of 32. @throws the same
[[nodiscard]] double usual_lr(std::string_view name);
[[nodiscard]] std::vector<std::string_view> optimizer_names();

/// How the parameters of one block learn otherwise than the options say.
struct BlockOptions {
  float rate = 1;           // times the learning rate
  float weight_decay = -1;  // -1: that of the options
};

/// Updates the flat trainable block in place. One step is
///   begin_step(lr, scale);  then update_block(i, params, grads) for every i below blocks().size(),
/// in any order, on any threads; the blocks are disjoint and fixed, so the result does not depend on who does which.
class Optimizer {
 public:
  /// @throws Error{usage} for an unknown name or a number out of its range.
  Optimizer(const OptimizerOptions& options, const ParamLayout& layout, const kernels::KernelTable<float>& kernels);

  [[nodiscard]] std::span<const UpdateBlock> blocks() const noexcept { return blocks_; }
  /// @param grad_scale factor on every gradient (clip_scale of clip.hpp, or 1).
  void begin_step(double lr, double grad_scale = 1.0) noexcept;
  /// At most once in a step; a block may sit steps out (it is frozen), its moments then stay as they are.
  void update_block(std::size_t block, float* params, const float* grads, BlockOptions own = {}) noexcept;

  [[nodiscard]] std::int64_t steps() const noexcept { return steps_; }

  /// Adds moments ("optimizer.m", "optimizer.v") and the step count ("optimizer.steps") for a checkpoint, and the
  /// number of updates of each block ("optimizer.updates") if one of them has sat steps out; another `prefix` takes the
  /// place of "optimizer".
  void save(std::map<std::string, std::vector<float>>& arrays, std::map<std::string, std::string>& state,
            const std::string& prefix = "optimizer") const;
  /// Restores exactly what `save` wrote. @throws Error{format} if something is missing or of another size.
  void load(const std::map<std::string, std::vector<float>>& arrays, const std::map<std::string, std::string>& state,
            const std::string& prefix = "optimizer");

 private:
  OptimizerOptions options_;
  const OptimizerRecipe& recipe_;
  OptimizerStep update_;
  std::vector<UpdateBlock> blocks_;
  AlignedBuffer<float> m_;
  AlignedBuffer<float> v_;
  kernels::OptimizerUpdate<float> step_;  // the scalars of the current step
  std::int64_t steps_ = 0;
  std::vector<std::int64_t> updates_;  // of each block: the t of its bias correction
};

}  // namespace fpcpu
