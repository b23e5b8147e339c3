// SPDX-License-Identifier: MIT
// Parameter updates over one flat block; kernels/eigen/optimizer.hpp has the formulas in the same order.

#include "kernels/simd/chunk.hpp"
#include "kernels/simd/kernels.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

namespace {

/// Broadcast constants of an update, and what all three updates share.
struct Constants {
  V grad_scale, l2, l1, decay, lr;

  HWY_INLINE explicit Constants(const OptimizerUpdate<float>& u)
      : grad_scale(hn::Set(d, u.grad_scale)),
        l2(hn::Set(d, u.l2)),
        l1(hn::Set(d, u.l1)),
        decay(hn::Set(d, 1.0F - u.lr * u.decoupled)),
        lr(hn::Set(d, u.lr)) {}

  HWY_INLINE V gradient(V grad, V w) const {
    const V zero = hn::Zero(d);
    const V penalty = hn::Sub(hn::IfThenElseZero(hn::Gt(w, zero), l1), hn::IfThenElseZero(hn::Lt(w, zero), l1));
    return hn::Add(hn::MulAdd(l2, w, hn::Mul(grad, grad_scale)), penalty);
  }
  HWY_INLINE V step(V w, V s) const { return hn::NegMulAdd(lr, s, hn::Mul(w, decay)); }
};

}  // namespace

void sum_rows(const float* rows, std::size_t stride, int count, float* out, std::size_t n) noexcept {
  for_chunks(n, [&](std::size_t i, auto chunk) FPCPU_INLINE {
    V sum = hn::Zero(d);
    for (int r = 0; r < count; ++r) sum = hn::Add(sum, chunk.load(rows + static_cast<std::size_t>(r) * stride + i));
    chunk.store(sum, out + i);
  });
}

void sgd_update(const OptimizerUpdate<float>& u) noexcept {
  const Constants k(u);
  const V momentum = hn::Set(d, u.momentum);
  const bool has_momentum = u.momentum != 0.0F;
  const bool nesterov = u.nesterov;
  for_chunks(u.n, [&](std::size_t i, auto chunk) FPCPU_INLINE {
    const V w = chunk.load(u.w + i);
    V step = k.gradient(chunk.load(u.grad + i), w);
    if (has_momentum) {
      const V m = hn::MulAdd(momentum, chunk.load(u.m + i), step);
      chunk.store(m, u.m + i);
      step = nesterov ? hn::MulAdd(momentum, m, step) : m;
    }
    chunk.store(k.step(w, step), u.w + i);
  });
}

void rmsprop_update(const OptimizerUpdate<float>& u) noexcept {
  const Constants k(u);
  const V momentum = hn::Set(d, u.momentum);
  const V keep = hn::Set(d, u.beta2);
  const V take = hn::Set(d, 1.0F - u.beta2);
  const V eps = hn::Set(d, u.eps);
  const bool has_momentum = u.momentum > 0.0F;
  for_chunks(u.n, [&](std::size_t i, auto chunk) FPCPU_INLINE {
    const V w = chunk.load(u.w + i);
    const V g = k.gradient(chunk.load(u.grad + i), w);
    const V v = hn::MulAdd(keep, chunk.load(u.v + i), hn::Mul(take, hn::Mul(g, g)));
    chunk.store(v, u.v + i);
    V step = hn::Div(g, hn::Add(hn::Sqrt(v), eps));
    if (has_momentum) {
      step = hn::MulAdd(momentum, chunk.load(u.m + i), step);
      chunk.store(step, u.m + i);
    }
    chunk.store(k.step(w, step), u.w + i);
  });
}

void adam_update(const OptimizerUpdate<float>& u) noexcept {
  const Constants k(u);
  const V keep1 = hn::Set(d, u.momentum);
  const V take1 = hn::Set(d, 1.0F - u.momentum);
  const V keep2 = hn::Set(d, u.beta2);
  const V take2 = hn::Set(d, 1.0F - u.beta2);
  const V bias1 = hn::Set(d, u.bias1);
  const V bias2 = hn::Set(d, u.bias2);
  const V eps = hn::Set(d, u.eps);
  for_chunks(u.n, [&](std::size_t i, auto chunk) FPCPU_INLINE {
    const V w = chunk.load(u.w + i);
    const V g = k.gradient(chunk.load(u.grad + i), w);
    const V m = hn::MulAdd(keep1, chunk.load(u.m + i), hn::Mul(take1, g));
    const V v = hn::MulAdd(keep2, chunk.load(u.v + i), hn::Mul(take2, hn::Mul(g, g)));
    chunk.store(m, u.m + i);
    chunk.store(v, u.v + i);
    const V step = hn::Div(hn::Div(m, bias1), hn::Add(hn::Sqrt(hn::Div(v, bias2)), eps));
    chunk.store(k.step(w, step), u.w + i);
  });
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
