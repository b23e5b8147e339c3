// SPDX-License-Identifier: MIT
#include "layers/activations.hpp"
#include "layers/checks.hpp"
#include "layers/layer.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

/// scratch: [in training with activation: dz of one sample][z of one sample, see output_suffices]
class Add final : public LayerBase<Add> {
 public:
  explicit Add(const AddOptions& o) : activation_(o.activation, o.slope, kind()) {}

  [[nodiscard]] std::string_view kind() const noexcept override { return "add"; }
  [[nodiscard]] Attributes describe() const override {
    Attributes attributes;
    activation_.describe("activation", attributes);
    return attributes;
  }
  [[nodiscard]] std::optional<ActivationOptions> as_addition() const override { return activation_.options(); }
  [[nodiscard]] LayerPtr with_activation(const ActivationOptions& f, Phase phase) const override {
    if (phase == Phase::training || activation_.any()) return nullptr;
    return changed([&](Add& copy) { copy.activation_ = FusedActivation(f, kind()); });
  }

  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, 2);
    check_shape(in[0] == in[1], kind(),
                "inputs " + to_string(in[0]) + " and " + to_string(in[1]) + " differ; they must have one shape.");
    Signature result;
    result.out = in[0];
    if (activation_.any()) result.needs.keep = activation_.output_suffices() ? Keep::output : Keep::input;
    result.allows.bands = true;
    result.flops = static_cast<double>(in[0].size());
    return result;
  }

  template <class T>
  LayerPlan make_plan(const PlanRequest& r, const kernels::KernelTable<T>&) const {
    if (!r.training || !activation_.any()) return {};
    return {.scratch = (activation_.output_suffices() ? 1 : 2) * padded<T>(r.in[0].size())};
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    const std::size_t size = static_cast<std::size_t>(a.n) * a.in[0].size();
    const auto border = [&](int p) { return size * static_cast<std::size_t>(p) / static_cast<std::size_t>(a.parts); };
    const std::size_t begin = border(a.part);
    a.kernels->add(a.x[0] + begin, a.x[1] + begin, activation_.spec(), a.y + begin, border(a.part + 1) - begin);
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    const std::size_t size = a.in[0].size();
    for (int i = 0; i < a.n; ++i) {
      const std::size_t offset = static_cast<std::size_t>(i) * size;
      const T* dz = a.dy + offset;
      if (activation_.any()) {
        a.kernels->activation_backward(activation_.spec(), activation_argument(a, offset), dz, a.scratch, T(0), size);
        dz = a.scratch;
      }
      for (std::size_t j = 0; j < 2; ++j) {
        if (a.dx[j] != nullptr) a.kernels->accumulate(dz, a.dx[j] + offset, a.beta[j], size);
      }
    }
  }

 private:
  template <class T>
  [[nodiscard]] const T* activation_argument(const BackwardArgs<T>& a, std::size_t offset) const noexcept {
    if (activation_.output_suffices()) return a.y + offset;
    T* z = a.scratch + padded<T>(a.in[0].size());
    a.kernels->add(a.x[0] + offset, a.x[1] + offset, {}, z, a.in[0].size());
    return z;
  }

  FusedActivation activation_;
};

LayerPtr read_add(AttributeReader& reader) {
  AddOptions o;
  o.activation = read_activation(reader, "activation", o.activation);
  o.slope = reader.number("slope", o.slope);
  return make_add(o);
}

}  // namespace

LayerPtr make_add(AddOptions options) { return std::make_shared<Add>(options); }

namespace layers {
LayerRecipe add() { return {"add", read_add}; }
}  // namespace layers

}  // namespace fpcpu
