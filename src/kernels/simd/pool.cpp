// SPDX-License-Identifier: MIT
// Maximum and average pooling on their own.

#include "kernels/simd/kernels.hpp"
#include "kernels/simd/windows.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

namespace {

struct Plain {
  struct Function {
    HWY_INLINE V operator()(V x) const { return x; }
  };
  template <class Chunk>
  HWY_INLINE Function at(int, Chunk) const {
    return {};
  }
};

/// dx = beta * dx + g
struct ScatterSink {
  static constexpr bool kNeedsZeros = true;
  static constexpr int kRunLength = kRun;
  float* dx;
  float beta;

  template <class Chunk>
  struct Channels {
    float* dx;
    bool add;
    Chunk chunk;
    HWY_INLINE void operator()(Index i, V g) const { chunk.store(add ? hn::Add(g, chunk.load(dx + i)) : g, dx + i); }
    HWY_INLINE void finish() const {}
  };
  template <class Chunk>
  HWY_INLINE Channels<Chunk> at(int, Chunk chunk) const {
    return {dx, beta != 0.0F, chunk};
  }
};

}  // namespace

void max_pool_forward(const PoolShape& s, const float* x, float* y, std::uint8_t* argmax) noexcept {
  max_over_windows(s, Plain{}, x, y, argmax);
}

void max_pool_backward(const PoolShape& s, const float* dy, const std::uint8_t* argmax, float* dx,
                       float beta) noexcept {
  route_gradient(s, true, dy, argmax, ScatterSink{dx, beta});
}

void average_pool_forward(const PoolShape& s, const float* x, float* y) noexcept {
  const V share = hn::Set(d, 1.0F / static_cast<float>(s.window * s.window));
  for (int oh = 0; oh < s.oh; ++oh) {
    const Span vertical = window_inside(s, oh, s.h);
    for (int ow = 0; ow < s.ow; ++ow) {
      const Span horizontal = window_inside(s, ow, s.w);
      const Index column = static_cast<Index>(ow) * s.stride - s.pad;
      for_chunks(s.c, [&](int c, auto chunk) FPCPU_INLINE {
        V sum = hn::Zero(d);
        for (int i = vertical.begin; i < vertical.end; ++i) {
          const Index row = static_cast<Index>(oh * s.stride - s.pad + i) * s.w;
          for (int j = horizontal.begin; j < horizontal.end; ++j) {
            sum = hn::Add(sum, chunk.load(x + (row + column + j) * s.c + c));
          }
        }
        chunk.store(hn::Mul(share, sum), y + (static_cast<Index>(oh) * s.ow + ow) * s.c + c);
      });
    }
  }
}

void average_pool_backward(const PoolShape& s, const float* dy, float* dx, float beta) noexcept {
  const V share = hn::Set(d, 1.0F / static_cast<float>(s.window * s.window));
  for (int r = 0; r < s.h; ++r) {
    const Span vertical = windows_over(s, r, s.oh);
    for (int q = 0; q < s.w; ++q) {
      const Span horizontal = windows_over(s, q, s.ow);
      float* out = dx + (static_cast<Index>(r) * s.w + q) * s.c;
      for_chunks(s.c, [&](int c, auto chunk) FPCPU_INLINE {
        V sum = hn::Zero(d);
        for (int oh = vertical.begin; oh < vertical.end; ++oh) {
          for (int ow = horizontal.begin; ow < horizontal.end; ++ow) {
            sum = hn::Add(sum, chunk.load(dy + (static_cast<Index>(oh) * s.ow + ow) * s.c + c));
          }
        }
        chunk.store(beta == 0.0F ? hn::Mul(share, sum) : hn::MulAdd(share, sum, chunk.load(out + c)), out + c);
      });
    }
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
