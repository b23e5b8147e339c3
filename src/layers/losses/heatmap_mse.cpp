// SPDX-License-Identifier: MIT
#include "layers/heatmap.hpp"

namespace fpcpu {

namespace {

class HeatmapMseLoss final : public Loss {
 public:
  [[nodiscard]] std::string_view kind() const noexcept override { return "heatmap-mse"; }
  [[nodiscard]] bool reads_heatmaps() const noexcept override { return true; }
  double run(const LossArgs<float>& a) const noexcept override { return run_all(a); }
  double run(const LossArgs<double>& a) const noexcept override { return run_all(a); }

 private:
  template <class T>
  double run_all(const LossArgs<T>& a) const noexcept {
    const double inv_points = 2.0 * a.inv_count;
    const auto points = static_cast<std::size_t>(a.points);
    const std::size_t map = static_cast<std::size_t>(a.map_h) * static_cast<std::size_t>(a.map_w) * points;
    double sum = 0.0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.n); ++i) {
      for (std::size_t k = 0; k < points; ++k) {
        T* dpred = a.dpred != nullptr ? a.dpred + i * map + k : nullptr;
        if (a.visible[i * points + k] == T(0)) {
          if (dpred != nullptr) clear(a, dpred);
        } else {
          sum += run_point(a, a.pred + i * map + k, a.target + 2 * (i * points + k), dpred, T(2 * inv_points));
        }
      }
    }
    return sum * inv_points;
  }

  template <class T>
  static void clear(const LossArgs<T>& a, T* dpred) noexcept {
    const int cells = a.map_h * a.map_w;
    for (int c = 0; c < cells; ++c, dpred += a.points) *dpred = T(0);
  }

  /// One map; its values are `points` apart.
  template <class T>
  static double run_point(const LossArgs<T>& a, const T* pred, const T* target, T* dpred, T factor) noexcept {
    const T x = fraction_to_pixel(target[0], a.map_w);
    const T y = fraction_to_pixel(target[1], a.map_h);
    double sum = 0.0;
    for (int r = 0; r < a.map_h; ++r) {
      const T height = heatmap_profile(r, y);
      for (int q = 0; q < a.map_w; ++q, pred += a.points) {
        const T d = *pred - (far(q, x) ? T(0) : height * heatmap_profile(q, x));
        sum += static_cast<double>(d * d);
        if (dpred != nullptr) {
          *dpred = factor * d;
          dpred += a.points;
        }
      }
    }
    return sum;
  }

  /// Beyond six sigma the Gaussian is below the rounding of its peak in float.
  template <class T>
  static bool far(int c, T u) noexcept {
    return std::abs(static_cast<T>(c) - u) > static_cast<T>(6 * kHeatmapSigma);
  }
};

}  // namespace

LossPtr make_heatmap_mse_loss() { return std::make_shared<HeatmapMseLoss>(); }

}  // namespace fpcpu
