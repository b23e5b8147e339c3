// SPDX-License-Identifier: MIT
#include "layers/layer.hpp"
#include "layers/pool_window.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

class AveragePool final : public LayerBase<AveragePool> {
 public:
  explicit AveragePool(const PoolOptions& o) : pool_(checked_pool(kind(), o)) {
    check_range(kind(), "window", pool_.window, 1, 16);
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return "average_pool"; }
  [[nodiscard]] Attributes describe() const override {
    Attributes attributes;
    describe_pool(pool_, "", attributes);
    return attributes;
  }
  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, 1);
    Signature result;
    result.out = pooled_shape(kind(), pool_, in[0]);
    result.flops = static_cast<double>(result.out.size()) * pool_.window * pool_.window;
    return result;
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    const kernels::PoolShape s = pool_shape(pool_, a.in[0]);
    for (int i = 0; i < a.n; ++i) {
      const auto image = static_cast<std::size_t>(i);
      a.kernels->average_pool_forward(s, a.x[0] + image * a.in[0].size(), a.y + image * Shape{s.oh, s.ow, s.c}.size());
    }
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    if (a.dx[0] == nullptr) return;
    const kernels::PoolShape s = pool_shape(pool_, a.in[0]);
    for (int i = 0; i < a.n; ++i) {
      const auto image = static_cast<std::size_t>(i);
      a.kernels->average_pool_backward(s, a.dy + image * Shape{s.oh, s.ow, s.c}.size(),
                                       a.dx[0] + image * a.in[0].size(), a.beta[0]);
    }
  }

 private:
  PoolOptions pool_;
};

}  // namespace

LayerPtr make_average_pool(PoolOptions options) { return std::make_shared<AveragePool>(options); }

namespace layers {
LayerRecipe average_pool() {
  return {"average_pool", [](AttributeReader& reader) { return make_average_pool(read_pool(reader, "", 2)); }};
}
}  // namespace layers

}  // namespace fpcpu
