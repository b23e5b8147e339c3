// SPDX-License-Identifier: MIT
#include "heads/heatmap.hpp"
#include "layers/checks.hpp"
#include "streams/registry.hpp"

namespace fpcpu {

namespace {

constexpr int kLargestSide = 512;

class Maps final : public SampleStream {
 public:
  Maps(int side, double sigma, int points) : shape_{side, side, points}, gaussian_(sigma) {}

  [[nodiscard]] Shape shape() const noexcept override { return shape_; }
  void fill(const StreamSample& sample, float* out) const override {
    const auto points = static_cast<std::size_t>(shape_.c);
    for (int r = 0; r < shape_.h; ++r) {
      for (int q = 0; q < shape_.w; ++q, out += points) {
        for (std::size_t k = 0; k < points; ++k) {
          const float x = fraction_to_pixel(sample.targets[2 * k], shape_.w);
          const float y = fraction_to_pixel(sample.targets[2 * k + 1], shape_.h);
          out[k] = sample.visible[k] == 0 ? 0.0F : gaussian_.profile(r, y) * gaussian_.profile(q, x);
        }
      }
    }
  }

 private:
  Shape shape_;
  Gaussian gaussian_;
};

/// maps:side=32[,sigma=1]
/// One heat map per point of the augmented face, exp(-|c - u|^2 / (2 sigma^2)) at map pixel c for a point at u; zero
/// for a point that is not visible. `side` is its height and width.
TargetStream read(AttributeReader& reader, const StreamContext& context) {
  const int side = reader.integer("side");
  const double sigma = reader.number("sigma", 1.0);
  check_option(side >= 2 && side <= kLargestSide, "maps",
               "side is " + std::to_string(side) + ", expected 2 to " + std::to_string(kLargestSide) + ".");
  check_option(sigma >= 0.1 && sigma <= 16, "maps",
               "sigma is " + std::to_string(sigma) + ", expected 0.1 to 16 map pixels.");
  return {"", std::make_shared<Maps>(side, sigma, context.preprocessing.points), nullptr};
}

}  // namespace

namespace streams {
StreamSource maps() { return {"maps", read}; }
}  // namespace streams

}  // namespace fpcpu
