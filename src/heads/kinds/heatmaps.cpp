// SPDX-License-Identifier: MIT
#include <algorithm>

#include "fpcpu/error.hpp"
#include "heads/heatmap.hpp"
#include "heads/registry.hpp"
#include "layers/checks.hpp"

namespace fpcpu {

namespace {

class HeatmapsHead final : public Head {
 public:
  explicit HeatmapsHead(const HeatmapsOptions& options) : gaussian_(options.sigma) {
    check_option(options.sigma >= 0.1 && options.sigma <= 16, kind(),
                 "sigma is " + std::to_string(options.sigma) + ", expected 0.1 to 16 map pixels.");
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return kHeatmaps; }
  [[nodiscard]] Attributes describe() const override { return Attributes().set("sigma", gaussian_.sigma()); }
  [[nodiscard]] std::string_view usual_loss() const noexcept override { return "heatmap-mse"; }
  [[nodiscard]] int points(const Shape& output) const noexcept override {
    return output.h * output.w > 1 ? output.c : 0;
  }
  [[nodiscard]] std::string needs(int points) const override { return std::to_string(points) + " maps"; }
  [[nodiscard]] LayerPtr last_layer(int points, bool bias) const override {
    return make_conv2d({.out_channels = points, .kernel = 1, .bias = bias});
  }

  void decode(const float* output, const Shape& shape, int n, float* points, float* doubts) const noexcept override {
    decode_heatmaps(gaussian_, output, shape, n, points, doubts);
  }

  void initialise(const OutputLayer& layer, std::span<const float> mean_shape) const override {
    if (mean_shape.empty()) {
      throw Error(ErrorCode::usage, "--start zero is for networks that answer coordinates, not heat maps.");
    }
    for (float& v : layer.weight) v *= kQuietStart;
  }

 private:
  Gaussian gaussian_;
};

}  // namespace

HeadPtr make_heatmaps_head(HeatmapsOptions options) { return std::make_shared<HeatmapsHead>(options); }

namespace heads {
HeadRecipe heatmaps() {
  return {kHeatmaps, "heatmaps", [](AttributeReader& reader) {
            return make_heatmaps_head({.sigma = reader.number("sigma", HeatmapsOptions().sigma)});
          }};
}
}  // namespace heads

}  // namespace fpcpu
