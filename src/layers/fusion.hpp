// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "fpcpu/layers.hpp"

namespace fpcpu {

/// What a graph is rewritten for. Some offers hold for inference only: in training they would cost more than they save.
enum class Phase : std::uint8_t { training, inference };

/// A layer, and the activation it ended in.
struct SplitActivation {
  LayerPtr linear;
  ActivationOptions activation;
};

/// What the passes over graphs ask a layer: what it is, if others may take it along, and what it takes along itself.
/// Each `with_...` returns the layer that computes both, under the same parameter names, or null if there is none or it
/// would not be faster. A layer that overrides nothing stays as it is.
class Fusion {
 public:
  virtual ~Fusion() = default;

  /// The function, if the layer is an activation and nothing else.
  [[nodiscard]] virtual std::optional<ActivationOptions> as_activation() const { return std::nullopt; }
  [[nodiscard]] virtual std::optional<PoolOptions> as_max_pool() const { return std::nullopt; }
  [[nodiscard]] virtual std::optional<BatchNormOptions> as_batch_norm() const { return std::nullopt; }
  /// The activation, perhaps `none`, that the sum of two inputs ends in.
  [[nodiscard]] virtual std::optional<ActivationOptions> as_addition() const { return std::nullopt; }
  /// True if the output is the first input, in inference.
  [[nodiscard]] virtual bool is_identity_in_inference() const { return false; }

  /// f(layer(x)).
  [[nodiscard]] virtual LayerPtr with_activation(const ActivationOptions& /*f*/, Phase) const { return nullptr; }
  /// max_pool(layer(x)).
  [[nodiscard]] virtual LayerPtr with_max_pool(const PoolOptions& /*pool*/, Phase) const { return nullptr; }
  /// layer(x) + r, where r is one more input behind the layer's own.
  [[nodiscard]] virtual LayerPtr with_residual(Phase) const { return nullptr; }
  /// The layer with a bias, if scaling `weight`, whose innermost dimension are the output channels, and scaling and
  /// shifting `bias` does to the output what a batch norm with running statistics does.
  [[nodiscard]] virtual LayerPtr with_scale_and_shift() const { return nullptr; }
  /// The reverse of with_activation; empty if the layer ends in none.
  [[nodiscard]] virtual std::optional<SplitActivation> without_activation() const { return std::nullopt; }
  /// The same layer with another rate of dropout.
  [[nodiscard]] virtual LayerPtr with_dropout_rate(double /*rate*/) const { return nullptr; }
};

}  // namespace fpcpu
