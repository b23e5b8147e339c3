// SPDX-License-Identifier: MIT
#include "heads/heatmap.hpp"
#include "heads/registry.hpp"

namespace fpcpu {

namespace {

class HeatmapMseLoss final : public Loss {
 public:
  explicit HeatmapMseLoss(double sigma) : gaussian_(sigma) {}

  [[nodiscard]] std::string_view kind() const noexcept override { return "heatmap-mse"; }
  double run(const LossArgs<float>& a) const noexcept override { return run_all(a); }
  double run(const LossArgs<double>& a) const noexcept override { return run_all(a); }

 private:
  template <class T>
  double run_all(const LossArgs<T>& a) const noexcept {
    const double inv_points = 2.0 * a.inv_count;
    const auto points = static_cast<std::size_t>(a.points);
    const std::size_t map = a.output.size();
    double sum = 0.0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.n); ++i) {
      for (std::size_t k = 0; k < points; ++k) {
        if (a.visible[i * points + k] == T(0)) continue;
        T* dpred = a.dpred != nullptr ? a.dpred + i * map + k : nullptr;
        const T factor = a.weight_of(i, k);
        sum += static_cast<double>(factor) * run_point(a, a.pred + i * map + k, a.target + 2 * (i * points + k), dpred,
                                                       T(2 * inv_points * a.weight) * factor);
      }
    }
    return sum * inv_points;
  }

  /// One map; its values are `points` apart.
  template <class T>
  double run_point(const LossArgs<T>& a, const T* pred, const T* target, T* dpred, T factor) const noexcept {
    const T x = fraction_to_pixel(target[0], a.output.w);
    const T y = fraction_to_pixel(target[1], a.output.h);
    double sum = 0.0;
    for (int r = 0; r < a.output.h; ++r) {
      const T height = gaussian_.profile(r, y);
      for (int q = 0; q < a.output.w; ++q, pred += a.points) {
        const T d = *pred - (far(q, x) ? T(0) : height * gaussian_.profile(q, x));
        sum += static_cast<double>(d * d);
        if (dpred != nullptr) {
          *dpred += factor * d;
          dpred += a.points;
        }
      }
    }
    return sum;
  }

  /// Beyond six sigma the Gaussian is below the rounding of its peak in float.
  template <class T>
  [[nodiscard]] bool far(int c, T u) const noexcept {
    return std::abs(static_cast<T>(c) - u) > static_cast<T>(6 * gaussian_.sigma());
  }

  Gaussian gaussian_;
};

}  // namespace

LossPtr make_heatmap_mse_loss(double sigma) { return std::make_shared<HeatmapMseLoss>(sigma); }

LossPtr read_heatmap_mse_loss(AttributeReader&, const Attributes& head) {
  const AttributeValue* sigma = head.find("sigma");
  return sigma != nullptr ? make_heatmap_mse_loss(std::get<double>(*sigma)) : make_heatmap_mse_loss();
}

}  // namespace fpcpu
