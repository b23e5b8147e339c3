// SPDX-License-Identifier: MIT
#include "heads/losses/pointwise_loss.hpp"
#include "heads/registry.hpp"

namespace fpcpu {

namespace {
class MseLoss final : public PointwiseLoss<MseLoss> {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "mse"; }
  template <class T>
  [[nodiscard]] T value(T d) const noexcept {
    return d * d;
  }
  template <class T>
  [[nodiscard]] T slope(T d) const noexcept {
    return T(2) * d;
  }
};
}  // namespace

LossPtr make_mse_loss() { return std::make_shared<MseLoss>(); }

namespace losses {
LossRecipe mse() {
  return {"mse", "", kCoordinates, [](AttributeReader&, const Head*) { return make_mse_loss(); }};
}
}  // namespace losses

}  // namespace fpcpu
