// SPDX-License-Identifier: MIT
#include <cstdint>
#include <limits>

#include "kernels/eigen/channels.hpp"
#include "layers/checks.hpp"
#include "layers/layer.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

class Concat final : public LayerBase<Concat> {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "concat"; }
  [[nodiscard]] Attributes describe() const override { return {}; }
  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_shape(!in.empty(), kind(), "no inputs, expected at least one.");
    check_inputs(kind(), in, in.size());
    for (const Shape& s : in) {
      check_shape(s.h == in[0].h && s.w == in[0].w, kind(),
                  "inputs " + to_string(in[0]) + " and " + to_string(s) + " differ in height or width.");
    }
    std::int64_t channels = 0;
    for (const Shape& s : in) channels += s.c;
    check_shape(channels <= std::numeric_limits<int>::max(), kind(), "the inputs have too many channels together.");
    Signature result;
    result.out = {in[0].h, in[0].w, total_channels(in)};
    return result;
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    const int total = total_channels(a.in);
    int first = 0;
    for (std::size_t j = 0; j < a.in.size(); ++j) {
      const int own = a.in[j].c;
      kernels::eigen::accumulate_channels(a.x[j].values(), own, a.y + first, total, pixels(a.in[j], a.n), own, T(0));
      first += own;
    }
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    const int total = total_channels(a.in);
    int first = 0;
    for (std::size_t j = 0; j < a.in.size(); ++j) {
      const int own = a.in[j].c;
      if (a.dx[j] != nullptr) {
        kernels::eigen::accumulate_channels(a.dy + first, total, a.dx[j], own, pixels(a.in[j], a.n), own, a.beta[j]);
      }
      first += own;
    }
  }

 private:
  [[nodiscard]] static int total_channels(std::span<const Shape> in) noexcept {
    int total = 0;
    for (const Shape& s : in) total += s.c;
    return total;
  }
  [[nodiscard]] static std::ptrdiff_t pixels(const Shape& s, int n) noexcept { return std::ptrdiff_t{n} * s.h * s.w; }
};

}  // namespace

LayerPtr make_concat() { return std::make_shared<Concat>(); }

namespace layers {
LayerRecipe concat() {
  return {"concat", [](AttributeReader&) { return make_concat(); }};
}
}  // namespace layers

}  // namespace fpcpu
