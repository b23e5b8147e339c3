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
#include "optim/update_blocks.hpp"

namespace fpcpu {

enum class OptimizerKind : std::uint8_t { sgd, nesterov, rmsprop, adam, adamw };

/// How parameters follow their gradients. The learning rate is the schedule's business (schedule.hpp).
/// With g = grad_scale * dL/dw + l1 * sign(w) + weight_decay * w (the last two for parameters that decay only):
///   sgd       m = momentum*m + g;  w -= lr * m
///   nesterov  m = momentum*m + g;  w -= lr * (g + momentum*m)
///   rmsprop   v = beta2*v + (1-beta2)*g^2;  w -= lr * g / (sqrt(v) + eps)   (momentum > 0: through a momentum buffer)
///   adam      m = momentum*m + (1-momentum)*g;  v as above;
///             w -= lr * (m / (1-momentum^t)) / (sqrt(v / (1-beta2^t)) + eps)
///   adamw     as adam, but weight_decay is not in g: w -= lr * weight_decay * w first
/// Sources: Polyak 1964; Nesterov 1983 in the form of Sutskever et al., ICML 2013; Tieleman and Hinton, Coursera 2012;
/// Kingma and Ba, ICLR 2015, arXiv 1412.6980; Loshchilov and Hutter, ICLR 2019, arXiv 1711.05101.
struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::adamw;
  double momentum = 0.9;       // beta1 of Adam
  double beta2 = 0.999;        // smoothing of the squared gradient
  double eps = 1e-8;           // added to the root
  double weight_decay = 0.01;  // L2, decoupled for adamw
  double l1 = 0.0;
};

/// The usual values for an optimizer: sgd, nesterov, rmsprop, adam, adamw.
/// @throws Error{usage} for an unknown name, naming the nearest.
[[nodiscard]] OptimizerOptions optimizer_defaults(std::string_view name);
[[nodiscard]] std::vector<std::string_view> optimizer_names();

/// How the parameters of one block learn otherwise than the options say.
struct BlockOptions {
  float rate = 1;           // times the learning rate
  float weight_decay = -1;  // -1: that of the options
};

/// Updates the flat trainable block in place. One step is
///   begin_step(lr, scale);  then update_block(i, params, grads) for every i below blocks().size(), in any order, on
///   any
/// threads; the blocks are disjoint and fixed, so the result does not depend on who does which.
class Optimizer {
 public:
  /// @throws Error{usage} if a number is out of its range.
  Optimizer(const OptimizerOptions& options, const ParamLayout& layout, const kernels::KernelTable<float>& kernels);

  [[nodiscard]] std::span<const UpdateBlock> blocks() const noexcept { return blocks_; }
  /// @param grad_scale factor on every gradient (clip_scale of clip.hpp, or 1).
  void begin_step(double lr, double grad_scale = 1.0) noexcept;
  void update_block(std::size_t block, float* params, const float* grads, BlockOptions own = {}) const noexcept;

  [[nodiscard]] std::int64_t steps() const noexcept { return steps_; }

  /// Adds moments ("optimizer.m", "optimizer.v") and the step count ("optimizer.steps") for a checkpoint; another
  /// `prefix` takes the place of "optimizer".
  void save(std::map<std::string, std::vector<float>>& arrays, std::map<std::string, std::string>& state,
            const std::string& prefix = "optimizer") const;
  /// Restores exactly what `save` wrote. @throws Error{format} if something is missing or of another size.
  void load(const std::map<std::string, std::vector<float>>& arrays, const std::map<std::string, std::string>& state,
            const std::string& prefix = "optimizer");

 private:
  OptimizerOptions options_;
  void (*update_)(const kernels::OptimizerUpdate<float>&) noexcept;
  std::vector<UpdateBlock> blocks_;
  AlignedBuffer<float> m_;
  AlignedBuffer<float> v_;
  kernels::OptimizerUpdate<float> step_;  // the scalars of the current step
  std::int64_t steps_ = 0;
};

}  // namespace fpcpu
