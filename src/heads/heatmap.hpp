// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
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

/// Factor on the first weights of a layer that makes maps. Nearly all of a target map is zero; random maps would take
/// most of the first epochs to fall silent.
inline constexpr float kQuietStart = 0.01F;

/// The map of one point in H,W,K storage.
struct HeatMap {
  const float* values;
  int h, w, stride;

  [[nodiscard]] double at(int r, int q) const noexcept {
    return static_cast<double>(values[(static_cast<std::ptrdiff_t>(r) * w + q) * stride]);
  }
};

struct Pixel {
  int r = 0, q = 0;
};

/// The first one with the highest value. A NaN is the highest, so that a diverged network stays visible.
[[nodiscard]] Pixel highest(const HeatMap& map) noexcept;

/// -log of the highest value of a map: 0 if it is as it was trained to be, 4.6 if it is nearly flat.
[[nodiscard]] inline float doubt_of(double highest) noexcept {
  return static_cast<float>(-std::log(std::max(highest, 0.01)));
}

/// Points of n samples of heat maps H,W,K, n,2K; see make_heatmaps_head(). @param doubts  as doubt_of(), or null
void decode_heatmaps(const Gaussian& gaussian, const float* maps, const Shape& shape, int n, float* points,
                     float* doubts) noexcept;

}  // namespace fpcpu
