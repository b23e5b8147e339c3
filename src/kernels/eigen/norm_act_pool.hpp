// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/eigen/activation.hpp"
#include "kernels/eigen/pool.hpp"

/// y = pool(act(z)) with z = scale * x + shift, or y = act(z + residual), over one image, and its backward with
/// batch-norm statistics.
namespace fpcpu::kernels::eigen {

[[nodiscard]] inline std::size_t norm_act_pool_scratch_size(const PoolShape&) noexcept { return 0; }

/// Elements of a tensor that is stored as T, most of the time, or as anything else.
template <class T>
class Elements {
 public:
  explicit Elements(const StoredView& tensor) noexcept : tensor_(tensor), values_(tensor.as<T>()) {}
  [[nodiscard]] T operator[](Index i) const noexcept {
    return values_ != nullptr ? values_[i] : static_cast<T>(value_at(tensor_, static_cast<std::size_t>(i)));
  }

 private:
  StoredView tensor_;
  const T* values_;
};

template <class T>
void norm_act_pool_forward(const NormActPoolForward<T>& a) noexcept {
  const PoolShape& s = a.shape;
  const T slope = static_cast<T>(a.activation.slope);
  const Elements<T> x(a.x);
  with_activation(a.activation.kind, [&](auto kind) {
    const auto value = [&](Index in, int c) {
      const T z = a.scale[c] * x[in * s.c + c] + a.shift[c];
      return activate<kind()>(a.residual != nullptr ? z + a.residual[in * s.c + c] : z, slope);
    };
    if (a.pooled) return max_over_windows(s, value, a.y, a.argmax);
    for (Index p = 0; p < Index{s.h} * s.w; ++p) {
      for (int c = 0; c < s.c; ++c) a.y[p * s.c + c] = value(p, c);
    }
  });
}

/// Calls visit(input element, channel, g) with g = df/dz for every value of x that f depends on through the pool. With
/// overlapping windows an element is visited once per window it wins.
template <class T, class Visit>
void for_each_gradient(const NormActPoolBackward<T>& a, const Visit& visit) noexcept {
  const PoolShape& s = a.shape;
  const T slope = static_cast<T>(a.activation.slope);
  const Elements<T> x(a.x);
  const Elements<T> dy(a.dy);
  with_activation(a.activation.kind, [&](auto kind) {
    const auto route = [&](Index out, Index in, int c) {
      const T argument = a.y != nullptr ? a.y[in] : a.scale[c] * x[in] + a.shift[c];
      visit(in, c, dy[out] * derivative<kind()>(argument, slope));
    };
    if (a.pooled) return for_each_winner(s, a.argmax, route);
    Index i = 0;
    for (Index p = 0; p < Index{s.h} * s.w; ++p) {
      for (int c = 0; c < s.c; ++c, ++i) route(i, i, c);
    }
  });
}

template <class T>
void norm_act_pool_backward_sums(const NormActPoolBackward<T>& a) noexcept {
  const Elements<T> x(a.x);
  for_each_gradient(a, [&](Index in, int c, T g) {
    const T xhat = (x[in] - a.mean[c]) * a.inv_std[c];
    a.sums[c] += static_cast<double>(g);
    a.sums[a.shape.c + c] += static_cast<double>(g) * static_cast<double>(xhat);
  });
}

template <class T>
void norm_act_pool_backward_data(const NormActPoolBackward<T>& a) noexcept {
  const int channels = a.shape.c;
  const Elements<T> x(a.x);
  // The two terms every element has; what came through the activation and the pool is scattered on top.
  for (Index p = 0; a.dx != nullptr && p < Index{a.shape.h} * a.shape.w; ++p) {
    for (int c = 0; c < channels; ++c) {
      const Index i = p * channels + c;
      const T xhat = (x[i] - a.mean[c]) * a.inv_std[c];
      a.dx[i] = (a.beta == T(0) ? T(0) : a.dx[i]) - a.scale[c] * (a.mean_g[c] + xhat * a.mean_gx[c]);
    }
  }
  for_each_gradient(a, [&](Index in, int c, T g) {
    if (a.dx != nullptr) a.dx[in] += a.scale[c] * g;
    if (a.d_residual == nullptr) return;
    a.d_residual[in] = a.beta_residual == T(0) ? g : a.d_residual[in] + g;
  });
}

}  // namespace fpcpu::kernels::eigen
