// SPDX-License-Identifier: MIT
#include "layers/checks.hpp"
#include "layers/layer.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

/// A copy: the bytes stay in their order.
class Flatten final : public LayerBase<Flatten> {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "flatten"; }
  [[nodiscard]] Attributes describe() const override { return {}; }
  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, 1);
    Signature result;
    result.out = {1, 1, static_cast<int>(in[0].size())};
    return result;
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    a.kernels->accumulate(a.x[0], a.y, T(0), static_cast<std::size_t>(a.n) * a.in[0].size());
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    if (a.dx[0] == nullptr) return;
    a.kernels->accumulate(a.dy, a.dx[0], a.beta[0], static_cast<std::size_t>(a.n) * a.in[0].size());
  }
};

}  // namespace

LayerPtr make_flatten() { return std::make_shared<Flatten>(); }

namespace layers {
LayerRecipe flatten() {
  return {"flatten", [](AttributeReader&) { return make_flatten(); }};
}
}  // namespace layers

}  // namespace fpcpu
