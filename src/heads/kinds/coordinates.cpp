// SPDX-License-Identifier: MIT
#include <algorithm>

#include "heads/registry.hpp"

namespace fpcpu {

namespace {

class CoordinatesHead final : public Head {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return kCoordinates; }
  [[nodiscard]] Attributes describe() const override { return {}; }
  [[nodiscard]] std::string_view usual_loss() const noexcept override { return "smooth-l1"; }
  [[nodiscard]] int points(const Shape& output) const noexcept override {
    return output.h * output.w == 1 && output.c % 2 == 0 ? output.c / 2 : 0;
  }
  [[nodiscard]] std::string needs(int points) const override { return std::to_string(2 * points) + " numbers"; }
  [[nodiscard]] LayerPtr last_layer(int points, bool bias) const override {
    return make_dense({.units = 2 * points, .bias = bias, .init = DenseInit::small});
  }

  void decode(const float* output, const Shape& shape, int n, float* points, float* doubts) const noexcept override {
    const std::size_t count = static_cast<std::size_t>(n) * shape.size();
    std::copy_n(output, count, points);
    if (doubts != nullptr) std::fill_n(doubts, count / 2, 0.0F);
  }

  void initialise(const OutputLayer& layer, std::span<const float> mean_shape) const override {
    if (layer.bias.size() == mean_shape.size()) std::copy(mean_shape.begin(), mean_shape.end(), layer.bias.begin());
  }
};

}  // namespace

HeadPtr make_coordinates_head() { return std::make_shared<CoordinatesHead>(); }

namespace heads {
HeadRecipe coordinates() {
  return {kCoordinates, "landmarks", [](AttributeReader&) { return make_coordinates_head(); }};
}
}  // namespace heads

}  // namespace fpcpu
