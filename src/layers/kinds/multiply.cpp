// SPDX-License-Identifier: MIT
#include "kernels/eigen/multiply.hpp"

#include "layers/checks.hpp"
#include "layers/layer.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

class Multiply final : public LayerBase<Multiply> {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "multiply"; }
  [[nodiscard]] Attributes describe() const override { return {}; }
  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, 2);
    check_shape(in[1] == in[0] || in[1] == Shape{1, 1, in[0].c}, kind(),
                "inputs " + to_string(in[0]) + " and " + to_string(in[1]) +
                    " do not fit; the second must have the shape of the first, or 1x1 with as many channels.");
    Signature result;
    result.out = in[0];
    result.needs.keep = Keep::input;
    result.flops = static_cast<double>(in[0].size());
    return result;
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    const Extent e(a.in);
    for (int i = 0; i < a.n; ++i) {
      const auto image = static_cast<std::size_t>(i);
      kernels::eigen::multiply_forward(a.x[0] + image * a.in[0].size(), a.x[1] + image * a.in[1].size(), e.b_step,
                                       e.pixels, e.channels, a.y + image * a.in[0].size());
    }
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& args) const noexcept {
    const Extent e(args.in);
    for (int i = 0; i < args.n; ++i) {
      const std::size_t at_a = static_cast<std::size_t>(i) * args.in[0].size();
      const std::size_t at_b = static_cast<std::size_t>(i) * args.in[1].size();
      const T* dy = args.dy + at_a;
      if (args.dx[0] != nullptr) {
        kernels::eigen::multiply_backward_a(dy, args.x[1] + at_b, e.b_step, e.pixels, e.channels, args.dx[0] + at_a,
                                            args.beta[0]);
      }
      if (args.dx[1] != nullptr) {
        kernels::eigen::multiply_backward_b(dy, args.x[0] + at_a, e.b_step, e.pixels, e.channels, args.dx[1] + at_b,
                                            args.beta[1]);
      }
    }
  }

 private:
  struct Extent {
    std::ptrdiff_t pixels, channels, b_step;
    explicit Extent(std::span<const Shape> in) noexcept
        : pixels(std::ptrdiff_t{in[0].h} * in[0].w), channels(in[0].c), b_step(in[1] == in[0] ? channels : 0) {}
  };
};

}  // namespace

LayerPtr make_multiply() { return std::make_shared<Multiply>(); }

namespace layers {
LayerRecipe multiply() {
  return {"multiply", [](AttributeReader&) { return make_multiply(); }};
}
}  // namespace layers

}  // namespace fpcpu
