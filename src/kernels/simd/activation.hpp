// SPDX-License-Identifier: MIT
#pragma once

#include <math.h>

#include "kernels/simd/lanes.hpp"

/// Activations on vectors; kernels/eigen/activation.hpp has the formulas. NaN passes through all of them.
namespace fpcpu::kernels::FPCPU_ISA_NAME {

HWY_INLINE V zero_where(hn::Mask<D> mask, V v) { return hn::IfThenZeroElse(mask, v); }

/// f(x) and g * f'(x) of one kind, with its constants.
template <Activation kind>
struct Act {
  V slope;

  HWY_INLINE explicit Act(float leak) : slope(hn::Set(d, leak)) {}

  HWY_INLINE V value(V x) const {
    const V zero = hn::Zero(d);
    if constexpr (kind == Activation::relu) {
      return at_least(zero, x);
    } else if constexpr (kind == Activation::leaky_relu) {
      return hn::IfThenElse(hn::Lt(x, zero), hn::Mul(slope, x), x);
    } else if constexpr (kind == Activation::relu6) {
      return at_most(hn::Set(d, 6.0F), at_least(zero, x));
    } else if constexpr (kind == Activation::hard_swish) {
      const V gate = at_most(hn::Set(d, 6.0F), at_least(zero, hn::Add(x, hn::Set(d, 3.0F))));
      return hn::Div(hn::Mul(x, gate), hn::Set(d, 6.0F));
    } else if constexpr (kind == Activation::sigmoid || kind == Activation::tanh) {
      // The C library's functions: these sit on a few values at the end of a network, never on a hot path.
      alignas(64) float lanes[kLanes];
      hn::Store(x, d, lanes);
      for (float& v : lanes) v = kind == Activation::tanh ? ::tanhf(v) : 1.0F / (1.0F + ::expf(-v));
      return hn::Load(d, lanes);
    } else {
      return x;
    }
  }

  HWY_INLINE V gradient(V x, V g) const {
    const V zero = hn::Zero(d);
    const V one = hn::Set(d, 1.0F);
    if constexpr (kind == Activation::relu) {
      return hn::IfThenElseZero(hn::Gt(x, zero), g);
    } else if constexpr (kind == Activation::leaky_relu) {
      return hn::IfThenElse(hn::Gt(x, zero), g, hn::Mul(g, slope));
    } else if constexpr (kind == Activation::relu6) {
      return hn::IfThenElseZero(hn::And(hn::Gt(x, zero), hn::Lt(x, hn::Set(d, 6.0F))), g);
    } else if constexpr (kind == Activation::hard_swish) {
      const V slope_here = hn::MulAdd(x, hn::Set(d, 1.0F / 3.0F), hn::Set(d, 0.5F));
      const V upper = hn::IfThenElse(hn::Gt(x, hn::Set(d, 3.0F)), one, slope_here);
      return hn::Mul(g, zero_where(hn::Lt(x, hn::Set(d, -3.0F)), upper));
    } else if constexpr (kind == Activation::sigmoid) {
      const V y = value(x);
      return hn::Mul(g, hn::Mul(y, hn::Sub(one, y)));
    } else if constexpr (kind == Activation::tanh) {
      const V y = value(x);
      return hn::Mul(g, hn::NegMulAdd(y, y, one));
    } else {
      return g;
    }
  }
};

/// Calls body(Act<kind>) so that the loops inside carry no switch.
template <class Body>
HWY_INLINE void with_activation(ActivationSpec spec, const Body& body) {
  switch (spec.kind) {
    case Activation::none:
      return body(Act<Activation::none>(spec.slope));
    case Activation::relu:
      return body(Act<Activation::relu>(spec.slope));
    case Activation::leaky_relu:
      return body(Act<Activation::leaky_relu>(spec.slope));
    case Activation::relu6:
      return body(Act<Activation::relu6>(spec.slope));
    case Activation::hard_swish:
      return body(Act<Activation::hard_swish>(spec.slope));
    case Activation::sigmoid:
      return body(Act<Activation::sigmoid>(spec.slope));
    case Activation::tanh:
      return body(Act<Activation::tanh>(spec.slope));
  }
}

/// Any activation, by calls: for long loops over memory, which would otherwise be compiled once for each of them.
class CalledAct {
 public:
  explicit CalledAct(ActivationSpec spec) : spec_(spec) {}

  [[nodiscard]] HWY_NOINLINE V value(V x) const {
    V y = x;
    with_activation(spec_, [&](auto act) FPCPU_INLINE { y = act.value(x); });
    return y;
  }
  [[nodiscard]] HWY_NOINLINE V gradient(V x, V g) const {
    V result = g;
    with_activation(spec_, [&](auto act) FPCPU_INLINE { result = act.gradient(x, g); });
    return result;
  }

 private:
  ActivationSpec spec_;
};

/// Like with_activation(), with loops of their own only for none and relu, between batch norms the usual ones.
template <class Body>
HWY_INLINE void with_usual_activation(ActivationSpec spec, const Body& body) {
  switch (spec.kind) {
    case Activation::none:
      return body(Act<Activation::none>(spec.slope));
    case Activation::relu:
      return body(Act<Activation::relu>(spec.slope));
    default:
      return body(CalledAct(spec));
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
