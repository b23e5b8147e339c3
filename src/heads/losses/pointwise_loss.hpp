// SPDX-License-Identifier: MIT
#pragma once

#include "fpcpu/losses.hpp"

namespace fpcpu {

/// A loss that is a mean over coordinates of l(d). `Derived` has, for a scalar type T,
///   T value(T d)   l(d)      and      T slope(T d)   l'(d).
/// Sums are taken in double; a coordinate that is not visible is never read as a number.
template <class Derived>
class PointwiseLoss : public Loss {
 public:
  double run(const LossArgs<float>& a) const noexcept final { return run_all(a); }
  double run(const LossArgs<double>& a) const noexcept final { return run_all(a); }

 private:
  template <class T>
  double run_all(const LossArgs<T>& a) const noexcept {
    const auto& loss = static_cast<const Derived&>(*this);
    const auto coordinates = 2 * static_cast<std::size_t>(a.points) * static_cast<std::size_t>(a.n);
    double sum = 0.0;
    for (std::size_t i = 0; i < coordinates; ++i) {
      if (a.visible[i / 2] == T(0)) {
        if (a.dpred != nullptr) a.dpred[i] = T(0);
        continue;
      }
      const T unit = i % 2 == 0 ? a.unit_x : a.unit_y;
      const T d = unit * (a.pred[i] - a.target[i]);
      sum += static_cast<double>(loss.value(d));
      if (a.dpred != nullptr) a.dpred[i] = loss.slope(d) * unit * static_cast<T>(a.inv_count);
    }
    return sum * a.inv_count;
  }
};

}  // namespace fpcpu
