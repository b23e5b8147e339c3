// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "kernels/table.hpp"

/// Parameter updates over one flat block. All begin with the regularised gradient
///   g = grad * grad_scale + l2 * w + l1 * sign(w)
/// and end with w = w * (1 - lr * decoupled) - lr * step.
namespace fpcpu::kernels::eigen {

template <class T>
[[nodiscard]] T regularised_gradient(const OptimizerUpdate<T>& u, std::size_t i) noexcept {
  const T w = u.w[i];
  const T sign = static_cast<T>((w > T(0)) - (w < T(0)));
  return u.grad[i] * u.grad_scale + u.l2 * w + u.l1 * sign;
}

template <class T>
void take_step(const OptimizerUpdate<T>& u, std::size_t i, T step) noexcept {
  u.w[i] = u.w[i] * (T(1) - u.lr * u.decoupled) - u.lr * step;
}

/// m = momentum * m + g;  step = g + momentum * m (Nesterov) or m. Without momentum the step is g and m is not touched.
template <class T>
void sgd_update(const OptimizerUpdate<T>& u) noexcept {
  for (std::size_t i = 0; i < u.n; ++i) {
    T step = regularised_gradient(u, i);
    if (u.momentum != T(0)) {
      u.m[i] = u.momentum * u.m[i] + step;
      step = u.nesterov ? step + u.momentum * u.m[i] : u.m[i];
    }
    take_step(u, i, step);
  }
}

/// v = beta2 * v + (1 - beta2) * g^2;  s = g / (sqrt(v) + eps);  with momentum m = momentum * m + s is the step.
template <class T>
void rmsprop_update(const OptimizerUpdate<T>& u) noexcept {
  for (std::size_t i = 0; i < u.n; ++i) {
    const T g = regularised_gradient(u, i);
    u.v[i] = u.beta2 * u.v[i] + (T(1) - u.beta2) * g * g;
    T step = g / (std::sqrt(u.v[i]) + u.eps);
    if (u.momentum > T(0)) {
      u.m[i] = u.momentum * u.m[i] + step;
      step = u.m[i];
    }
    take_step(u, i, step);
  }
}

/// m = beta1 * m + (1 - beta1) * g;  v = beta2 * v + (1 - beta2) * g^2;  step = (m / bias1) / (sqrt(v / bias2) + eps).
template <class T>
void adam_update(const OptimizerUpdate<T>& u) noexcept {
  for (std::size_t i = 0; i < u.n; ++i) {
    const T g = regularised_gradient(u, i);
    u.m[i] = u.momentum * u.m[i] + (T(1) - u.momentum) * g;
    u.v[i] = u.beta2 * u.v[i] + (T(1) - u.beta2) * g * g;
    take_step(u, i, (u.m[i] / u.bias1) / (std::sqrt(u.v[i] / u.bias2) + u.eps));
  }
}

}  // namespace fpcpu::kernels::eigen
