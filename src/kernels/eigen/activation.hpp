// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "kernels/eigen/maps.hpp"
#include "kernels/table.hpp"

/// Element-wise functions and their derivatives. Comparisons are written so that NaN passes through.
namespace fpcpu::kernels::eigen {

/// f(x).
///   relu max(x, 0)   leaky_relu x < 0 ? slope x : x   relu6 min(max(x, 0), 6)
///   hard_swish x relu6(x + 3) / 6   sigmoid 1 / (1 + e^-x)   tanh
template <Activation kind, class T>
[[nodiscard]] T activate(T x, [[maybe_unused]] T slope) noexcept {
  if constexpr (kind == Activation::relu) {
    return x < T(0) ? T(0) : x;
  } else if constexpr (kind == Activation::leaky_relu) {
    return x < T(0) ? slope * x : x;
  } else if constexpr (kind == Activation::relu6) {
    return x < T(0) ? T(0) : (x > T(6) ? T(6) : x);
  } else if constexpr (kind == Activation::hard_swish) {
    return x * activate<Activation::relu6>(x + T(3), T(0)) / T(6);
  } else if constexpr (kind == Activation::sigmoid) {
    return T(1) / (T(1) + std::exp(-x));
  } else if constexpr (kind == Activation::tanh) {
    return std::tanh(x);
  } else {
    return x;
  }
}

/// f'(x). At a kink the value PyTorch uses: 0 for relu and relu6, `slope` for leaky_relu.
template <Activation kind, class T>
[[nodiscard]] T derivative(T x, [[maybe_unused]] T slope) noexcept {
  if constexpr (kind == Activation::relu) {
    return x > T(0) ? T(1) : T(0);
  } else if constexpr (kind == Activation::leaky_relu) {
    return x > T(0) ? T(1) : slope;
  } else if constexpr (kind == Activation::relu6) {
    return x > T(0) && x < T(6) ? T(1) : T(0);
  } else if constexpr (kind == Activation::hard_swish) {
    return x < T(-3) ? T(0) : (x > T(3) ? T(1) : x / T(3) + T(0.5));
  } else if constexpr (kind == Activation::sigmoid) {
    const T y = activate<kind>(x, slope);
    return y * (T(1) - y);
  } else if constexpr (kind == Activation::tanh) {
    const T y = std::tanh(x);
    return T(1) - y * y;
  } else {
    return T(1);
  }
}

/// Calls body with the kind as a compile-time constant, so that inner loops carry no switch.
template <class Body>
void with_activation(Activation kind, const Body& body) noexcept {
  switch (kind) {
    case Activation::none:
      return body(std::integral_constant<Activation, Activation::none>{});
    case Activation::relu:
      return body(std::integral_constant<Activation, Activation::relu>{});
    case Activation::leaky_relu:
      return body(std::integral_constant<Activation, Activation::leaky_relu>{});
    case Activation::relu6:
      return body(std::integral_constant<Activation, Activation::relu6>{});
    case Activation::hard_swish:
      return body(std::integral_constant<Activation, Activation::hard_swish>{});
    case Activation::sigmoid:
      return body(std::integral_constant<Activation, Activation::sigmoid>{});
    case Activation::tanh:
      return body(std::integral_constant<Activation, Activation::tanh>{});
  }
}

template <class T>
void activation_forward(ActivationSpec spec, const T* x, T* y, std::size_t n) noexcept {
  const T slope = static_cast<T>(spec.slope);
  with_activation(spec.kind, [&](auto kind) {
    for (std::size_t i = 0; i < n; ++i) y[i] = activate<kind()>(x[i], slope);
  });
}

template <class T>
void activation_backward(ActivationSpec spec, const T* x, const T* dy, T* dx, T beta, std::size_t n) noexcept {
  const T slope = static_cast<T>(spec.slope);
  with_activation(spec.kind, [&](auto kind) {
    if (beta == T(0)) {
      for (std::size_t i = 0; i < n; ++i) dx[i] = dy[i] * derivative<kind()>(x[i], slope);
    } else {
      for (std::size_t i = 0; i < n; ++i) dx[i] = beta * dx[i] + dy[i] * derivative<kind()>(x[i], slope);
    }
  });
}

}  // namespace fpcpu::kernels::eigen
