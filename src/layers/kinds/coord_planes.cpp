// SPDX-License-Identifier: MIT
#include <cmath>

#include "kernels/eigen/channels.hpp"
#include "layers/checks.hpp"
#include "layers/layer.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

/// -1 at the first of `size` positions, 1 at the last, 0 if there is only one.
template <class T>
[[nodiscard]] T centred(int position, int size) noexcept {
  return size == 1 ? T(0) : T(2) * static_cast<T>(position) / static_cast<T>(size - 1) - T(1);
}

class CoordPlanes final : public LayerBase<CoordPlanes> {
 public:
  explicit CoordPlanes(const CoordPlanesOptions& o) : radius_(o.radius) {}

  [[nodiscard]] std::string_view kind() const noexcept override { return "coord_planes"; }
  [[nodiscard]] Attributes describe() const override {
    Attributes attributes;
    attributes.set("radius", radius_);
    return attributes;
  }
  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, 1);
    Signature result;
    result.out = {in[0].h, in[0].w, in[0].c + planes()};
    return result;
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    const Shape& s = a.in[0];
    const int total = s.c + planes();
    kernels::eigen::accumulate_channels(a.x[0].values(), s.c, a.y, total, std::ptrdiff_t{a.n} * s.h * s.w, s.c, T(0));
    T* plane = a.y + s.c;
    for (int i = 0; i < a.n; ++i) {
      for (int r = 0; r < s.h; ++r) {
        for (int q = 0; q < s.w; ++q, plane += total) {
          plane[0] = centred<T>(q, s.w);
          plane[1] = centred<T>(r, s.h);
          if (radius_) plane[2] = std::sqrt(plane[0] * plane[0] + plane[1] * plane[1]);
        }
      }
    }
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    if (a.dx[0] == nullptr) return;
    const Shape& s = a.in[0];
    kernels::eigen::accumulate_channels(a.dy.values(), s.c + planes(), a.dx[0], s.c, std::ptrdiff_t{a.n} * s.h * s.w,
                                        s.c, a.beta[0]);
  }

 private:
  [[nodiscard]] int planes() const noexcept { return radius_ ? 3 : 2; }

  bool radius_;
};

LayerPtr read_coord_planes(AttributeReader& reader) {
  CoordPlanesOptions o;
  o.radius = reader.boolean("radius", o.radius);
  return make_coord_planes(o);
}

}  // namespace

LayerPtr make_coord_planes(CoordPlanesOptions options) { return std::make_shared<CoordPlanes>(options); }

namespace layers {
LayerRecipe coord_planes() { return {"coord_planes", read_coord_planes}; }
}  // namespace layers

}  // namespace fpcpu
