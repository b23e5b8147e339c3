// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "fpcpu/losses.hpp"
#include "heads/losses/loss_checks.hpp"

namespace fpcpu {

/// A loss that is a mean of l(d) over coordinates, or over the numbers of a target stream. `Derived` has, for a scalar
/// type T,
///   T value(T d)   l(d)      and      T slope(T d)   l'(d).
/// Sums are taken in double; a coordinate that is not visible is never read as a number.
template <class Derived>
class PointwiseLoss : public Loss {
 public:
  void check(const LossInputs& inputs) const final { check_pointwise(kind(), inputs); }
  double run(const LossArgs<float>& a) const noexcept final { return run_all(a); }
  double run(const LossArgs<double>& a) const noexcept final { return run_all(a); }

 private:
  template <class T>
  double run_all(const LossArgs<T>& a) const noexcept {
    return a.streams.empty() ? on_points(a) : on_stream(a);
  }

  template <class T>
  double on_points(const LossArgs<T>& a) const noexcept {
    const auto& loss = static_cast<const Derived&>(*this);
    const auto width = 2 * static_cast<std::size_t>(a.points);
    const auto scale = static_cast<T>(a.inv_count * a.weight);
    double sum = 0.0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.n) * width; ++i) {
      if (a.visible[i / 2] == T(0)) continue;
      const T unit = i % 2 == 0 ? a.unit_x : a.unit_y;
      const T factor = a.weight_of(i / width, i % width / 2);
      const T d = unit * (a.pred[i] - a.target[i]);
      sum += static_cast<double>(factor * loss.value(d));
      if (a.dpred != nullptr) a.dpred[i] += loss.slope(d) * unit * scale * factor;
    }
    return sum * a.inv_count;
  }

  template <class T>
  double on_stream(const LossArgs<T>& a) const noexcept {
    const auto& loss = static_cast<const Derived&>(*this);
    const T* target = a.streams.front().value;
    const std::size_t width = a.output.size();
    const auto scale = static_cast<T>(a.inv_known * a.weight);
    double sum = 0.0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.n) * width; ++i) {
      if (std::isnan(target[i])) continue;
      const T factor = a.weight_of(i / width, 0);
      const T d = a.pred[i] - target[i];
      sum += static_cast<double>(factor * loss.value(d));
      if (a.dpred != nullptr) a.dpred[i] += loss.slope(d) * scale * factor;
    }
    return sum * a.inv_known;
  }
};

}  // namespace fpcpu
