// SPDX-License-Identifier: MIT
// y = pool(act(scale * x + shift)) or act(scale * x + shift + residual), and its backward: the pass between two
// convolutions, one trip through memory.

#include "kernels/simd/activation.hpp"
#include "kernels/simd/kernels.hpp"
#include "kernels/simd/windows.hpp"
#include "kernels/simd/words.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

namespace {

/// act(scale * x + shift), channel by channel.
template <class A>
struct NormAct {
  A act;
  const float* scale;
  const float* shift;

  struct Function {
    A act;
    V scale, shift;
    HWY_INLINE V operator()(V x) const { return act.value(hn::MulAdd(scale, x, shift)); }
    HWY_INLINE V operator()(V x, V residual) const { return act.value(hn::Add(hn::MulAdd(scale, x, shift), residual)); }
  };
  template <class Chunk>
  HWY_INLINE Function at(int c, Chunk chunk) const {
    return {act, chunk.load(scale + c), chunk.load(shift + c)};
  }
};

/// What the activation's gradient is taken from: the output with a residual, else z recomputed.
template <bool kResidual, class Chunk>
HWY_INLINE V gradient_argument(Chunk chunk, const float* y, Index i, V scale, V x, V shift) {
  if constexpr (kResidual) {
    return chunk.load(y + i);
  } else {
    return hn::MulAdd(scale, x, shift);
  }
}

/// Adds sum g and sum g * xhat to the doubles.
template <class A, bool kResidual, class X>
struct SumsSink {
  static constexpr bool kNeedsZeros = false;
  static constexpr int kRunLength = kSumRun;
  A act;
  const X* x_all;
  const NormActPoolBackward<float>& a;

  template <class Chunk>
  struct Channels {
    const SumsSink& sink;
    const X* x_all;
    const float* y_all;
    Chunk chunk;
    int c;
    V scale, shift, mean, sum, sum_x;

    HWY_INLINE void operator()(Index i, V routed) {
      const V x = chunk.load(x_all + i);
      const V g = sink.act.gradient(gradient_argument<kResidual>(chunk, y_all, i, scale, x, shift), routed);
      sum = hn::Add(sum, g);
      sum_x = hn::MulAdd(g, hn::Sub(x, mean), sum_x);
    }
    HWY_INLINE void finish() const {
      add_to_doubles(sum, chunk.count(), sink.a.sums + c);
      add_to_doubles(hn::Mul(sum_x, chunk.load(sink.a.inv_std + c)), chunk.count(), sink.a.sums + sink.a.shape.c + c);
    }
  };
  template <class Chunk>
  HWY_INLINE Channels<Chunk> at(int c, Chunk chunk) const {
    return {*this,
            x_all,
            a.y,
            chunk,
            c,
            chunk.load(a.scale + c),
            chunk.load(a.shift + c),
            chunk.load(a.mean + c),
            hn::Zero(d),
            hn::Zero(d)};
  }
};

/// dx = beta * dx + scale * (g - mean_g - xhat * mean_gx), d_residual = beta_residual * d_residual + g
template <class A, bool kResidual, class X>
struct DataSink {
  static constexpr bool kNeedsZeros = true;
  static constexpr int kRunLength = kRun;
  A act;
  const X* x_all;
  const NormActPoolBackward<float>& a;

  template <class Chunk>
  struct Channels {
    // Copies, not the sink: a vector store may alias anything behind a reference.
    A act;
    const X* x_all;
    const float* y_all;
    float* dx_all;
    bool add;
    float* dr_all;
    bool add_r;
    Chunk chunk;
    V scale, shift, mean, mean_g, x_factor;

    HWY_INLINE void operator()(Index i, V routed) const {
      const V x = chunk.load(x_all + i);
      const V g = act.gradient(gradient_argument<kResidual>(chunk, y_all, i, scale, x, shift), routed);
      if (kResidual && dr_all != nullptr) chunk.store(add_r ? hn::Add(g, chunk.load(dr_all + i)) : g, dr_all + i);
      if (kResidual && dx_all == nullptr) return;
      V dx = hn::Mul(scale, hn::Sub(g, hn::MulAdd(hn::Sub(x, mean), x_factor, mean_g)));
      if (add) dx = hn::Add(dx, chunk.load(dx_all + i));
      chunk.store(dx, dx_all + i);
    }
    HWY_INLINE void finish() const {}
  };
  template <class Chunk>
  HWY_INLINE Channels<Chunk> at(int c, Chunk chunk) const {
    return {act,
            x_all,
            a.y,
            a.dx,
            a.beta != 0.0F,
            a.d_residual,
            a.beta_residual != 0.0F,
            chunk,
            chunk.load(a.scale + c),
            chunk.load(a.shift + c),
            chunk.load(a.mean + c),
            chunk.load(a.mean_g + c),
            hn::Mul(chunk.load(a.inv_std + c), chunk.load(a.mean_gx + c))};
  }
};

/// Routes dy through pool and activation into a sink made for this activation.
template <template <class, bool, class> class Sink, class X, class Gradient>
HWY_INLINE void route_into(const NormActPoolBackward<float>& a, const X* x, const Gradient* dy) {
  with_usual_activation(a.activation, [&](auto act) FPCPU_INLINE {
    if (a.y != nullptr) {
      route_gradient(a.shape, false, dy, nullptr, Sink<decltype(act), true, X>{act, x, a});
    } else {
      route_gradient(a.shape, a.pooled, dy, a.argmax, Sink<decltype(act), false, X>{act, x, a});
    }
  });
}

template <class X>
HWY_INLINE void forward_of(const NormActPoolForward<float>& a, const X* x) {
  with_usual_activation(a.activation, [&](auto act) FPCPU_INLINE {
    const NormAct<decltype(act)> value{act, a.scale, a.shift};
    if (a.pooled) {
      max_over_windows(a.shape, value, x, a.y, a.argmax);
      return;
    }
    const int channels = a.shape.c;
    for_runs(a.shape.h * a.shape.w, [&](int begin, int end) FPCPU_INLINE {
      for_chunks(channels, [&](int c, auto chunk) FPCPU_INLINE {
        const auto function = value.at(c, chunk);
        if (a.residual != nullptr) {
          for (int p = begin; p < end; ++p) {
            const Index i = static_cast<Index>(p) * channels + c;
            chunk.store(function(chunk.load(x + i), chunk.load(a.residual + i)), a.y + i);
          }
          return;
        }
        for (int p = begin; p < end; ++p) {
          const Index i = static_cast<Index>(p) * channels + c;
          chunk.store(function(chunk.load(x + i)), a.y + i);
        }
      });
    });
  });
}

}  // namespace

#if FPCPU_BF16

void norm_act_pool_forward(const NormActPoolForward<float>& a) noexcept {
  const Bf16* x = a.x.as<Bf16>();
  if (x == nullptr) return FPCPU_FP32_NAME::norm_act_pool_forward(a);
  forward_of(a, x);
}

void norm_act_pool_backward_sums(const NormActPoolBackward<float>& a) noexcept {
  const Bf16* x = a.x.as<Bf16>();
  if (x == nullptr) return FPCPU_FP32_NAME::norm_act_pool_backward_sums(a);
  route_into<SumsSink>(a, x, a.dy.as<float>());
}

void norm_act_pool_backward_data(const NormActPoolBackward<float>& a) noexcept {
  const Bf16* x = a.x.as<Bf16>();
  if (x == nullptr) return FPCPU_FP32_NAME::norm_act_pool_backward_data(a);
  if (const Bf16* dy = a.dy.as<Bf16>()) {
    route_into<DataSink>(a, x, dy);
  } else {
    route_into<DataSink>(a, x, a.dy.as<float>());
  }
}

void convert(const float* x, const StoredTarget& to, std::size_t n) noexcept {
  auto* y = static_cast<std::uint16_t*>(to.data);
  const std::size_t pairs = n / 2 * 2;
  copy_words(x, reinterpret_cast<float*>(y), static_cast<Index>(pairs));
  if (pairs == n) return;
  float word = 0.0F;
  copy_words(x + pairs, &word, 1);
  __builtin_memcpy(y + pairs, &word, sizeof(*y));
}

#else

std::size_t norm_act_pool_scratch_size(const PoolShape&) noexcept { return 0; }
void norm_act_pool_forward(const NormActPoolForward<float>& a) noexcept { forward_of(a, a.x.as<float>()); }
void norm_act_pool_backward_sums(const NormActPoolBackward<float>& a) noexcept {
  route_into<SumsSink>(a, a.x.as<float>(), a.dy.as<float>());
}
void norm_act_pool_backward_data(const NormActPoolBackward<float>& a) noexcept {
  route_into<DataSink>(a, a.x.as<float>(), a.dy.as<float>());
}

#endif

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
