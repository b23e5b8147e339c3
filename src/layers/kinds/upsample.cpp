// SPDX-License-Identifier: MIT
#include "kernels/eigen/upsample.hpp"

#include <array>

#include "layers/checks.hpp"
#include "layers/layer.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

constexpr std::array<std::string_view, 2> kModes = {"nearest", "bilinear"};

class Upsample final : public LayerBase<Upsample> {
 public:
  explicit Upsample(const UpsampleOptions& o) : factor_(o.factor), mode_(o.mode) {
    check_range(kind(), "factor", factor_, 1, 64);
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return "upsample"; }
  [[nodiscard]] Attributes describe() const override {
    Attributes attributes;
    attributes.set("factor", std::int64_t{factor_}).set("mode", std::string(kModes[static_cast<std::size_t>(mode_)]));
    return attributes;
  }
  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, 1);
    Signature result;
    result.out = out_shape(in[0]);
    result.flops = static_cast<double>(result.out.size()) * (bilinear() ? 8.0 : 0.0);
    return result;
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    for (int i = 0; i < a.n; ++i) {
      const auto image = static_cast<std::size_t>(i);
      kernels::eigen::upsample_forward(a.in[0], factor_, bilinear(), a.x[0] + image * a.in[0].size(),
                                       a.y + image * out_shape(a.in[0]).size());
    }
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    if (a.dx[0] == nullptr) return;
    for (int i = 0; i < a.n; ++i) {
      const auto image = static_cast<std::size_t>(i);
      kernels::eigen::upsample_backward(a.in[0], factor_, bilinear(), a.dy + image * out_shape(a.in[0]).size(),
                                        a.dx[0] + image * a.in[0].size(), a.beta[0]);
    }
  }

 private:
  [[nodiscard]] bool bilinear() const noexcept { return mode_ == UpsampleMode::bilinear; }
  [[nodiscard]] Shape out_shape(const Shape& in) const noexcept { return {in.h * factor_, in.w * factor_, in.c}; }

  int factor_;
  UpsampleMode mode_;
};

LayerPtr read_upsample(AttributeReader& reader) {
  UpsampleOptions o;
  o.factor = reader.integer("factor", o.factor);
  o.mode = static_cast<UpsampleMode>(reader.choice("mode", kModes, 0));
  return make_upsample(o);
}

}  // namespace

LayerPtr make_upsample(UpsampleOptions options) { return std::make_shared<Upsample>(options); }

namespace layers {
LayerRecipe upsample() { return {"upsample", read_upsample}; }
}  // namespace layers

}  // namespace fpcpu
