// SPDX-License-Identifier: MIT
#include "layers/activations.hpp"

#include <array>
#include <string>

#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {
// In the order of ActivationKind, which is that of kernels::Activation.
constexpr std::array<std::string_view, 7> kNames = {"none",       "relu",    "leaky_relu", "relu6",
                                                    "hard_swish", "sigmoid", "tanh"};
static_assert(static_cast<int>(ActivationKind::leaky_relu) == static_cast<int>(kernels::Activation::leaky_relu));
static_assert(static_cast<int>(ActivationKind::tanh) == static_cast<int>(kernels::Activation::tanh));
}  // namespace

std::string_view activation_name(ActivationKind kind) noexcept { return kNames[static_cast<std::size_t>(kind)]; }

FusedActivation::FusedActivation(ActivationKind kind, double slope, std::string_view owner)
    : kind_(kind), slope_(slope) {
  if (!(slope >= 0.0 && slope <= 1.0)) {
    throw Error(ErrorCode::usage, std::string(owner) + ": slope is " + std::to_string(slope) + ", expected 0 to 1.");
  }
}

void FusedActivation::describe(std::string_view name, Attributes& attributes) const {
  attributes.set(std::string(name), std::string(activation_name(kind_)));
  if (kind_ == ActivationKind::leaky_relu) attributes.set("slope", slope_);
}

ActivationKind read_activation(AttributeReader& reader, std::string_view name, ActivationKind fallback) {
  return static_cast<ActivationKind>(reader.choice(name, kNames, static_cast<std::size_t>(fallback)));
}

}  // namespace fpcpu
