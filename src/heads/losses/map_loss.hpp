// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "fpcpu/losses.hpp"
#include "heads/heatmap.hpp"
#include "heads/losses/loss_checks.hpp"

namespace fpcpu {

/// A loss on heat maps: the mean over visible points of the sum over map pixels c of l(d, y), with y the true map,
/// exp(-|c - u|^2 / (2 sigma^2)), and d = pred - y. A sum over the map, not a mean: nearly all of its pixels are
/// background, so that their number says nothing about the error. `Derived` has, for a scalar type T,
///   MapCell<T> cell(T d, T y, T near)   l and its slope by d
/// with `near` the largest y of the 3x3 pixels around c, if Derived::kNear, else 0.
template <class T>
struct MapCell {
  T value;
  T slope;
};

template <class Derived>
class MapLoss : public Loss {
 public:
  explicit MapLoss(double sigma) : gaussian_(sigma) {}

  void check(const LossInputs& inputs) const final { check_maps(kind(), inputs); }
  double run(const LossArgs<float>& a) const noexcept final { return run_all(a); }
  double run(const LossArgs<double>& a) const noexcept final { return run_all(a); }

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
                                                       T(inv_points * a.weight) * factor);
      }
    }
    return sum * inv_points;
  }

  /// One map; its values are `points` apart.
  template <class T>
  double run_point(const LossArgs<T>& a, const T* pred, const T* target, T* dpred, T factor) const noexcept {
    const auto& loss = static_cast<const Derived&>(*this);
    const T x = fraction_to_pixel(target[0], a.output.w);
    const T y = fraction_to_pixel(target[1], a.output.h);
    double sum = 0.0;
    for (int r = 0; r < a.output.h; ++r) {
      const T height = gaussian_.profile(r, y);
      const T near_height = Derived::kNear ? near(r, y, a.output.h) : T(0);
      for (int q = 0; q < a.output.w; ++q, pred += a.points) {
        const T truth = far(q, x) ? T(0) : height * gaussian_.profile(q, x);
        const T around = Derived::kNear && !far(q, x) ? near_height * near(q, x, a.output.w) : T(0);
        const MapCell<T> cell = loss.cell(*pred - truth, truth, around);
        sum += static_cast<double>(cell.value);
        if (dpred != nullptr) {
          *dpred += factor * cell.slope;
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

  /// The largest profile at c and the pixels beside it that exist.
  template <class T>
  [[nodiscard]] T near(int c, T u, int size) const noexcept {
    T most = T(0);
    for (int i = std::max(c - 1, 0); i <= std::min(c + 1, size - 1); ++i)
      most = std::max(most, gaussian_.profile(i, u));
    return most;
  }

  Gaussian gaussian_;
};

}  // namespace fpcpu
