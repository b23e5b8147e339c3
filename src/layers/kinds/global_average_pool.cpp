// SPDX-License-Identifier: MIT
#include "kernels/eigen/global_average.hpp"
#include "layers/checks.hpp"
#include "layers/layer.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

class GlobalAveragePool final : public LayerBase<GlobalAveragePool> {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "global_average_pool"; }
  [[nodiscard]] Attributes describe() const override { return {}; }
  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, 1);
    Signature result;
    result.out = {1, 1, in[0].c};
    result.flops = static_cast<double>(in[0].size());
    return result;
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    const Shape& s = a.in[0];
    for (int i = 0; i < a.n; ++i) {
      const auto image = static_cast<std::size_t>(i);
      kernels::eigen::global_average_forward(a.x[0] + image * s.size(), std::ptrdiff_t{s.h} * s.w, s.c,
                                             a.y + image * static_cast<std::size_t>(s.c));
    }
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    if (a.dx[0] == nullptr) return;
    const Shape& s = a.in[0];
    for (int i = 0; i < a.n; ++i) {
      const auto image = static_cast<std::size_t>(i);
      kernels::eigen::global_average_backward(a.dy + image * static_cast<std::size_t>(s.c), std::ptrdiff_t{s.h} * s.w,
                                              s.c, a.dx[0] + image * s.size(), a.beta[0]);
    }
  }
};

}  // namespace

LayerPtr make_global_average_pool() { return std::make_shared<GlobalAveragePool>(); }

namespace layers {
LayerRecipe global_average_pool() {
  return {"global_average_pool", [](AttributeReader&) { return make_global_average_pool(); }};
}
}  // namespace layers

}  // namespace fpcpu
