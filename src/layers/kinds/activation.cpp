// SPDX-License-Identifier: MIT
#include "layers/activations.hpp"
#include "layers/checks.hpp"
#include "layers/layer.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

/// Keeps its output where that suffices: the next layer usually keeps the same tensor as its input.
class ActivationLayer final : public LayerBase<ActivationLayer> {
 public:
  explicit ActivationLayer(const ActivationOptions& o) : activation_(o, kind()) {
    check_option(activation_.any(), kind(), "the function is 'none', which is no layer.");
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return "activation"; }
  [[nodiscard]] Attributes describe() const override {
    Attributes attributes;
    activation_.describe("function", attributes);
    return attributes;
  }
  [[nodiscard]] std::optional<ActivationOptions> as_activation() const override { return activation_.options(); }
  [[nodiscard]] LayerPtr with_max_pool(const PoolOptions& pool, Phase) const override {
    if (!activation_.fits_norm_act_pool()) return nullptr;
    const ActivationOptions f = activation_.options();
    return make_norm_act_pool({.norm = false, .activation = f.function, .slope = f.slope, .pool = pool});
  }

  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, 1);
    Signature result;
    result.out = in[0];
    result.needs.keep = activation_.output_suffices() ? Keep::output : Keep::input;
    result.flops = static_cast<double>(in[0].size());
    return result;
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    a.kernels->activation_forward(activation_.spec(), a.x[0], a.y, static_cast<std::size_t>(a.n) * a.in[0].size());
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    if (a.dx[0] == nullptr) return;
    a.kernels->activation_backward(activation_.spec(), activation_.output_suffices() ? a.y : a.x[0].values(), a.dy,
                                   a.dx[0], a.beta[0], static_cast<std::size_t>(a.n) * a.in[0].size());
  }

 private:
  FusedActivation activation_;
};

LayerPtr read_activation(AttributeReader& reader) {
  ActivationOptions o;
  o.function = read_activation(reader, "function", o.function);
  o.slope = reader.number("slope", o.slope);
  return make_activation(o);
}

}  // namespace

LayerPtr make_activation(ActivationOptions options) { return std::make_shared<ActivationLayer>(options); }

namespace layers {
LayerRecipe activation() { return {"activation", read_activation}; }
}  // namespace layers

}  // namespace fpcpu
