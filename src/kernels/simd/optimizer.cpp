// SPDX-License-Identifier: MIT
// Parameter updates over one flat block; kernels/eigen/optimizer.hpp has the formulas in the same order.

#include "kernels/row_tree.hpp"
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

/// Trees of so many rows are sums of registers: as many as a batch has slices.
constexpr int kFewRows = 8;

template <int kRows, class Chunk>
HWY_INLINE V tree_of(Chunk chunk, const float* first, std::size_t stride) {
  if constexpr (kRows == 1) {
    return chunk.load(first);
  } else {
    constexpr int kLeft = left_rows(kRows);
    return hn::Add(tree_of<kLeft>(chunk, first, stride), tree_of<kRows - kLeft>(chunk, first + kLeft * stride, stride));
  }
}

/// `count` <= kRows.
template <int kRows>
HWY_INLINE void sum_few_rows(const float* first, std::size_t stride, int count, float* out, std::size_t n) {
  if constexpr (kRows == 0) {
    for_chunks(n, [&](std::size_t i, auto chunk) FPCPU_INLINE { chunk.store(hn::Zero(d), out + i); });
  } else if (count < kRows) {
    sum_few_rows<kRows - 1>(first, stride, count, out, n);
  } else {
    for_chunks(n, [&](std::size_t i, auto chunk)
                      FPCPU_INLINE { chunk.store(tree_of<kRows>(chunk, first + i, stride), out + i); });
  }
}

}  // namespace

void sum_rows(const float* rows, std::size_t stride, int count, float* out, std::size_t n) noexcept {
  sum_in_tree<kFewRows>(count, out, n, [&](int first, int few, std::size_t at, std::size_t size, float* to) {
    sum_few_rows<kFewRows>(rows + static_cast<std::size_t>(first) * stride + at, stride, few, to, size);
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
