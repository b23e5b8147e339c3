// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "core/coordinates.hpp"
#include "fpcpu/shape.hpp"

/// The two directions between a point and its heat map.
namespace fpcpu {

/// The heat map of a point at u is exp(-|c - u|^2 / (2 sigma^2)) at map pixel c, the product of one profile per axis.
class Gaussian {
 public:
  explicit Gaussian(double sigma) noexcept : sigma_(sigma) {
    for (int i = 0; i <= kReach; ++i) smoothing_[static_cast<std::size_t>(i)] = profile(i, 0.0);
  }

  [[nodiscard]] double sigma() const noexcept { return sigma_; }
  /// One axis at map pixel c.
  template <class T>
  [[nodiscard]] T profile(int c, T u) const noexcept {
    const T d = (static_cast<T>(c) - u) / static_cast<T>(sigma_);
    return std::exp(-d * d / T(2));
  }

  /// Cells to each side over which a map is smoothed before it is read, and their weights.
  static constexpr int kReach = 3;
  [[nodiscard]] double smoothing(int distance) const noexcept { return smoothing_[static_cast<std::size_t>(distance)]; }

 private:
  double sigma_;
  std::array<double, kReach + 1> smoothing_{};
};

/// Points of n samples of heat maps H,W,K, n,2K; see make_heatmaps_head(). Doubts, unless null, are -log of the highest
/// value: 0 of a map as it was trained to be, 4.6 of one that is nearly flat.
void decode_heatmaps(const Gaussian& gaussian, const float* maps, const Shape& shape, int n, float* points,
                     float* doubts) noexcept;

}  // namespace fpcpu
