// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "layers/activations.hpp"
#include "layers/checks.hpp"
#include "layers/layer.hpp"
#include "layers/parts.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

constexpr std::array<std::string_view, 2> kInits = {"he", "small"};

/// prepared: for inference, weights packed for forward
/// scratch:  [kernel][in training with activation: dz][z, see output_suffices]
class Dense final : public LayerBase<Dense> {
 public:
  explicit Dense(const DenseOptions& o)
      : units_(o.units), bias_(o.bias), init_(o.init), activation_(o.activation, o.slope, kind()) {
    check_range(kind(), "units", units_, 1);
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return "dense"; }

  [[nodiscard]] Attributes describe() const override {
    Attributes attributes;
    attributes.set("units", std::int64_t{units_}).set("bias", bias_);
    attributes.set("init", std::string(kInits[static_cast<std::size_t>(init_)]));
    activation_.describe("activation", attributes);
    return attributes;
  }

  [[nodiscard]] LayerPtr with_activation(const ActivationOptions& f, Phase phase) const override {
    if (phase == Phase::training || activation_.any()) return nullptr;
    return changed([&](Dense& copy) { copy.activation_ = FusedActivation(f, kind()); });
  }
  [[nodiscard]] LayerPtr with_scale_and_shift() const override {
    return activation_.any() ? nullptr : changed([](Dense& copy) { copy.bias_ = true; });
  }

  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, 1);
    const auto inputs = static_cast<std::int64_t>(in[0].size());
    Signature result;
    result.out = {1, 1, units_};
    result.params.push_back({.name = "weight",
                             .dims = {inputs, units_},
                             .init = init_ == DenseInit::he ? Initializer::he_normal : Initializer::small_normal,
                             .fan_in = inputs,
                             .decay = true});
    if (bias_) result.params.push_back({.name = "bias", .dims = {units_}});
    result.needs.keep = activation_.output_suffices() ? Keep::both : Keep::input;
    result.allows.emits_sums = !activation_.any();
    // Backward would make z once more in every part.
    const bool again = activation_.any() && !activation_.output_suffices();
    if (!again) result.allows.parts = Parts::columns;
    result.flops = 2.0 * static_cast<double>(inputs) * units_;
    return result;
  }

  template <class T>
  LayerPlan make_plan(const PlanRequest& r, const kernels::KernelTable<T>& k) const {
    LayerPlan result;
    if (!r.training) result.prepared = padded<T>(k.dense_packed_size(shape(r.in, 1)));
    result.kernel_scratch = padded<T>(k.dense_scratch_size(shape(r.in, r.samples)));
    result.scratch = result.kernel_scratch;
    if (r.training && activation_.any()) {
      result.scratch += (activation_.output_suffices() ? 1 : 2) * padded<T>(outputs(r.samples));
    }
    return result;
  }

  template <class T>
  void run_prepare(const PrepareArgs<T>& a) const noexcept {
    if (!a.training) a.kernels->dense_pack(shape(a.in, 1), a.params[0], a.prepared);
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    const auto units = shared_columns(units_, a.part, a.parts);
    if (!units) return;
    multiply(a, activation_.spec(), *units, a.y, a.plan->prepared > 0 ? a.prepared : nullptr);
    if (a.sums != nullptr) a.kernels->channel_sums(a.y, static_cast<std::size_t>(a.n), units_, a.sums);
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    const kernels::DenseShape s = shape(a.in, a.n);
    const auto inputs = shared_columns(s.inputs, a.part, a.parts);
    if (!inputs) return;
    const T* dz = gradient_before_activation(a);
    a.kernels->dense_backward_weights(s, {.x = a.x[0],
                                          .dy = dz,
                                          .begin = inputs->begin,
                                          .end = inputs->end,
                                          .dw = a.dparams[0],
                                          .db = bias_ ? a.dparams[1] : nullptr,
                                          .scratch = a.scratch});
    if (a.dx[0] == nullptr) return;
    a.kernels->dense_backward_data(s, {.dy = dz,
                                       .w = a.params[0],
                                       .begin = inputs->begin,
                                       .end = inputs->end,
                                       .dx = a.dx[0],
                                       .beta = a.beta[0],
                                       .scratch = a.scratch});
  }

 private:
  [[nodiscard]] kernels::DenseShape shape(std::span<const Shape> in, int rows) const noexcept {
    return {.rows = rows, .inputs = static_cast<int>(in[0].size()), .outputs = units_};
  }
  [[nodiscard]] std::size_t outputs(int rows) const noexcept {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(units_);
  }

  /// Columns `units` of y = f(x w + b); forward, and backward where z is needed once more.
  template <class T>
  void multiply(const LayerArgs<T>& a, kernels::ActivationSpec activation, kernels::ChannelRange units, T* y,
                const T* packed = nullptr) const noexcept {
    a.kernels->dense_forward(shape(a.in, a.n), {.x = a.x[0],
                                                .w = a.params[0],
                                                .packed = packed,
                                                .bias = bias_ ? a.params[1] : nullptr,
                                                .activation = activation,
                                                .begin = units.begin,
                                                .end = units.end,
                                                .y = y,
                                                .scratch = a.scratch});
  }

  /// dz = dy * f'(z) of all units, in scratch; dy itself without an activation.
  template <class T>
  [[nodiscard]] const T* gradient_before_activation(const BackwardArgs<T>& a) const noexcept {
    if (!activation_.any()) return a.dy;
    T* dz = a.scratch + a.plan->kernel_scratch;
    const T* z = a.y;
    if (!activation_.output_suffices()) {
      T* again = dz + padded<T>(outputs(a.n));
      multiply(a, {}, {0, units_}, again);
      z = again;
    }
    a.kernels->activation_backward(activation_.spec(), z, a.dy, dz, T(0), outputs(a.n));
    return dz;
  }

  int units_;
  bool bias_;
  DenseInit init_;
  FusedActivation activation_;
};

LayerPtr read_dense(AttributeReader& reader) {
  DenseOptions o;
  o.units = reader.integer("units");
  o.bias = reader.boolean("bias", o.bias);
  o.activation = read_activation(reader, "activation", o.activation);
  o.slope = reader.number("slope", o.slope);
  o.init = static_cast<DenseInit>(reader.choice("init", kInits, 0));
  return make_dense(o);
}

}  // namespace

LayerPtr make_dense(DenseOptions options) { return std::make_shared<Dense>(options); }

namespace layers {
LayerRecipe dense() { return {"dense", read_dense}; }
}  // namespace layers

}  // namespace fpcpu
