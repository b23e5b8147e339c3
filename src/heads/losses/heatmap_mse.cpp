// SPDX-License-Identifier: MIT
#include "heads/losses/map_loss.hpp"
#include "heads/registry.hpp"

namespace fpcpu {

namespace {

class HeatmapMseLoss final : public MapLoss<HeatmapMseLoss> {
 public:
  static constexpr bool kNear = false;
  using MapLoss::MapLoss;

  [[nodiscard]] std::string_view kind() const noexcept override { return "heatmap-mse"; }
  template <class T>
  [[nodiscard]] MapCell<T> cell(T d, T, T) const noexcept {
    return {d * d, T(2) * d};
  }
};

}  // namespace

LossPtr make_heatmap_mse_loss(double sigma) { return std::make_shared<HeatmapMseLoss>(sigma); }

namespace losses {
LossRecipe heatmap_mse() {
  return {"heatmap-mse", "", kHeatmaps, [](AttributeReader&, const Head* head) {
            if (head == nullptr) return make_heatmap_mse_loss();
            return make_heatmap_mse_loss(std::get<double>(*head->describe().find("sigma")));
          }};
}
}  // namespace losses

}  // namespace fpcpu
