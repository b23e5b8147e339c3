// SPDX-License-Identifier: MIT
#include <cmath>

#include "heads/losses/pointwise_loss.hpp"
#include "heads/registry.hpp"

namespace fpcpu {

namespace {
class L1Loss final : public PointwiseLoss<L1Loss> {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "l1"; }
  template <class T>
  [[nodiscard]] T value(T d) const noexcept {
    return std::abs(d);
  }
  template <class T>
  [[nodiscard]] T slope(T d) const noexcept {
    return d == T(0) ? T(0) : std::copysign(T(1), d);
  }
};
}  // namespace

LossPtr make_l1_loss() { return std::make_shared<L1Loss>(); }

namespace losses {
LossRecipe l1() {
  return {"l1", "", kCoordinates, [](AttributeReader&, const Head*) { return make_l1_loss(); }};
}
}  // namespace losses

}  // namespace fpcpu
