// SPDX-License-Identifier: MIT
#include "kernels/eigen/prelu.hpp"

#include "layers/checks.hpp"
#include "layers/layer.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

class Prelu final : public LayerBase<Prelu> {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "prelu"; }
  [[nodiscard]] Attributes describe() const override { return {}; }
  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, 1);
    Signature result;
    result.out = in[0];
    result.params.push_back({.name = "slope", .dims = {in[0].c}, .init = Initializer::constant_025});
    result.needs.keep = Keep::input;
    result.flops = static_cast<double>(in[0].size());
    return result;
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    kernels::eigen::prelu_forward(a.x[0].values(), a.params[0], pixels(a), a.in[0].c, a.y);
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    kernels::eigen::prelu_backward_slope(a.x[0].values(), a.dy.values(), pixels(a), a.in[0].c, a.dparams[0]);
    if (a.dx[0] == nullptr) return;
    kernels::eigen::prelu_backward_data(a.x[0].values(), static_cast<const T*>(a.params[0]), a.dy.values(), pixels(a),
                                        a.in[0].c, a.dx[0], a.beta[0]);
  }

 private:
  template <class T>
  [[nodiscard]] static std::ptrdiff_t pixels(const LayerArgs<T>& a) noexcept {
    return std::ptrdiff_t{a.n} * a.in[0].h * a.in[0].w;
  }
};

}  // namespace

LayerPtr make_prelu() { return std::make_shared<Prelu>(); }

namespace layers {
LayerRecipe prelu() {
  return {"prelu", [](AttributeReader&) { return make_prelu(); }};
}
}  // namespace layers

}  // namespace fpcpu
