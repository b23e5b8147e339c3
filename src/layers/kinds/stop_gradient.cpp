// SPDX-License-Identifier: MIT
#include <algorithm>

#include "layers/checks.hpp"
#include "layers/layer.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

/// A copy. The planner sends no gradient into its input; the plain executor, which asks every layer, gets zero.
class StopGradient final : public LayerBase<StopGradient> {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "stop_gradient"; }
  [[nodiscard]] Attributes describe() const override { return {}; }
  [[nodiscard]] bool is_identity_in_inference() const override { return true; }
  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, 1);
    Signature result;
    result.out = in[0];
    result.stops_gradient = true;
    return result;
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    a.kernels->accumulate(a.x[0], a.y, T(0), static_cast<std::size_t>(a.n) * a.in[0].size());
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    if (a.dx[0] == nullptr || a.beta[0] != T(0)) return;
    std::fill_n(a.dx[0], static_cast<std::size_t>(a.n) * a.in[0].size(), T(0));
  }
};

}  // namespace

LayerPtr make_stop_gradient() { return std::make_shared<StopGradient>(); }

namespace layers {
LayerRecipe stop_gradient() {
  return {"stop_gradient", [](AttributeReader&) { return make_stop_gradient(); }};
}
}  // namespace layers

}  // namespace fpcpu
