// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "fpcpu/layers.hpp"
#include "kernels/table.hpp"
#include "layers/attributes.hpp"

namespace fpcpu {

/// "relu", "hard_swish", ...: the name in attributes.
[[nodiscard]] std::string_view activation_name(ActivationKind kind) noexcept;

/// The activation a layer ends in, with the slope of leaky_relu, checked.
class FusedActivation {
 public:
  /// @throws Error{usage} naming `owner` for a slope outside [0, 1].
  FusedActivation(ActivationKind kind, double slope, std::string_view owner);
  FusedActivation(const ActivationOptions& o, std::string_view owner) : FusedActivation(o.function, o.slope, owner) {}

  [[nodiscard]] ActivationKind kind() const noexcept { return kind_; }
  [[nodiscard]] ActivationOptions options() const noexcept { return {kind_, slope_}; }
  [[nodiscard]] bool any() const noexcept { return kind_ != ActivationKind::none; }
  [[nodiscard]] kernels::ActivationSpec spec() const noexcept {
    return {static_cast<kernels::Activation>(kind_), static_cast<float>(slope_)};
  }
  /// True if f'(x) = f'(f(x)) for every x, so that backward may hand the kept OUTPUT to kernels->activation_backward.
  /// It holds where f' depends on nothing but a region that f maps into itself.
  [[nodiscard]] bool output_suffices() const noexcept {
    return kind_ == ActivationKind::relu || kind_ == ActivationKind::leaky_relu || kind_ == ActivationKind::relu6;
  }
  /// What a layer that adds a residual can end in: backward finds the sum nowhere but in the output.
  [[nodiscard]] bool fits_residual() const noexcept { return !any() || output_suffices(); }
  /// What the kernels of norm_act_pool know.
  [[nodiscard]] bool fits_norm_act_pool() const noexcept {
    return kind_ != ActivationKind::sigmoid && kind_ != ActivationKind::tanh;
  }
  /// Writes `name` and, for leaky_relu, "slope".
  void describe(std::string_view name, Attributes& attributes) const;

 private:
  ActivationKind kind_;
  double slope_;
};

/// Reads attribute `name`. @throws Error{usage} for an unknown function, naming the nearest.
[[nodiscard]] ActivationKind read_activation(AttributeReader& reader, std::string_view name, ActivationKind fallback);

}  // namespace fpcpu
