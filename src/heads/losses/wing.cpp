// SPDX-License-Identifier: MIT
#include <cmath>

#include "heads/losses/pointwise_loss.hpp"
#include "heads/registry.hpp"
#include "layers/checks.hpp"

namespace fpcpu {

namespace {
class WingLoss final : public PointwiseLoss<WingLoss> {
 public:
  explicit WingLoss(const WingOptions& o)
      : w_(o.w), epsilon_(o.epsilon), offset_(o.w - o.w * std::log1p(o.w / o.epsilon)) {
    check_option(w_ > 0.0, kind(), "w is " + std::to_string(w_) + ", expected more than 0.");
    check_option(epsilon_ > 0.0, kind(), "epsilon is " + std::to_string(epsilon_) + ", expected more than 0.");
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return "wing"; }
  template <class T>
  [[nodiscard]] T value(T d) const noexcept {
    const T size = std::abs(d);
    if (size < static_cast<T>(w_)) return static_cast<T>(w_) * std::log1p(size / static_cast<T>(epsilon_));
    return size - static_cast<T>(offset_);
  }
  template <class T>
  [[nodiscard]] T slope(T d) const noexcept {
    if (d == T(0)) return T(0);
    const T size = std::abs(d);
    const T steepness = size < static_cast<T>(w_) ? static_cast<T>(w_) / (static_cast<T>(epsilon_) + size) : T(1);
    return std::copysign(steepness, d);
  }

 private:
  double w_;
  double epsilon_;
  double offset_;  // makes the two branches meet at |d| = w
};
}  // namespace

LossPtr make_wing_loss(WingOptions options) { return std::make_shared<WingLoss>(options); }

namespace losses {
LossRecipe wing() {
  return {"wing", "w=10,epsilon=2", kCoordinates, [](AttributeReader& reader, const Head*) {
            const WingOptions usual;
            const double w = reader.number("w", usual.w);
            return make_wing_loss({.w = w, .epsilon = reader.number("epsilon", usual.epsilon)});
          }};
}
}  // namespace losses

}  // namespace fpcpu
