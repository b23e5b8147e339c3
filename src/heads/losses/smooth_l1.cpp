// SPDX-License-Identifier: MIT
#include <cmath>

#include "heads/losses/pointwise_loss.hpp"
#include "heads/registry.hpp"
#include "layers/checks.hpp"

namespace fpcpu {

namespace {
class SmoothL1Loss final : public PointwiseLoss<SmoothL1Loss> {
 public:
  explicit SmoothL1Loss(const SmoothL1Options& o) : knee_(o.knee) {
    check_option(knee_ > 0.0, kind(), "knee is " + std::to_string(knee_) + ", expected more than 0.");
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return "smooth-l1"; }
  template <class T>
  [[nodiscard]] T value(T d) const noexcept {
    const T b = static_cast<T>(knee_);
    return std::abs(d) < b ? d * d / (T(2) * b) : std::abs(d) - b / T(2);
  }
  template <class T>
  [[nodiscard]] T slope(T d) const noexcept {
    const T b = static_cast<T>(knee_);
    return std::abs(d) < b ? d / b : std::copysign(T(1), d);
  }

 private:
  double knee_;
};
}  // namespace

LossPtr make_smooth_l1_loss(SmoothL1Options options) { return std::make_shared<SmoothL1Loss>(options); }

namespace losses {
LossRecipe smooth_l1() {
  return {"smooth-l1", "knee=2", kCoordinates, [](AttributeReader& reader, const Head*) {
            return make_smooth_l1_loss({.knee = reader.number("knee", SmoothL1Options().knee)});
          }};
}
}  // namespace losses

}  // namespace fpcpu
