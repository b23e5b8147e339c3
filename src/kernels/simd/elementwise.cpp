// SPDX-License-Identifier: MIT
// Functions of flat memory. Output may be the input itself.

#include "kernels/simd/activation.hpp"
#include "kernels/simd/chunk.hpp"
#include "kernels/simd/kernels.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

void activation_forward(ActivationSpec spec, const float* x, float* y, std::size_t n) noexcept {
  with_activation(spec, [&](auto act) FPCPU_INLINE {
    for_chunks(n, [&](std::size_t i, auto chunk) FPCPU_INLINE { chunk.store(act.value(chunk.load(x + i)), y + i); });
  });
}

void activation_backward(ActivationSpec spec, const float* x, const float* dy, float* dx, float beta,
                         std::size_t n) noexcept {
  const V keep = hn::Set(d, beta);
  with_activation(spec, [&](auto act) FPCPU_INLINE {
    if (beta == 0.0F) {
      for_chunks(n, [&](std::size_t i, auto chunk)
                        FPCPU_INLINE { chunk.store(act.gradient(chunk.load(x + i), chunk.load(dy + i)), dx + i); });
    } else {
      for_chunks(n, [&](std::size_t i, auto chunk) FPCPU_INLINE {
        const V g = act.gradient(chunk.load(x + i), chunk.load(dy + i));
        chunk.store(hn::MulAdd(keep, chunk.load(dx + i), g), dx + i);
      });
    }
  });
}

void add(const float* a, const float* b, ActivationSpec spec, float* y, std::size_t n) noexcept {
  with_activation(spec, [&](auto act) FPCPU_INLINE {
    for_chunks(n, [&](std::size_t i, auto chunk)
                      FPCPU_INLINE { chunk.store(act.value(hn::Add(chunk.load(a + i), chunk.load(b + i))), y + i); });
  });
}

void accumulate(const float* x, float* y, float beta, std::size_t n) noexcept {
  if (beta == 0.0F) {
    if (x != y && n > 0) __builtin_memcpy(y, x, n * sizeof(float));
    return;
  }
  const V keep = hn::Set(d, beta);
  for_chunks(n, [&](std::size_t i, auto chunk)
                    FPCPU_INLINE { chunk.store(hn::MulAdd(keep, chunk.load(y + i), chunk.load(x + i)), y + i); });
}

void channel_sums(const float* x, std::size_t rows, int c, double* sums) noexcept {
  channel_sums(x, rows, c, 0, c, sums);
}

void channel_sums(const float* x, std::size_t rows, int c, int first, int last, double* sums) noexcept {
  x += first;
  sums += first;
  for (std::size_t begin = 0; begin < rows; begin += kSumRun) {
    const std::size_t end = rows - begin < kSumRun ? rows : begin + kSumRun;
    for_chunks(last - first, [&](int i, auto chunk) FPCPU_INLINE {
      V sum = hn::Zero(d);
      V squares = hn::Zero(d);
      for (std::size_t r = begin; r < end; ++r) {
        const V v = chunk.load(x + r * static_cast<std::size_t>(c) + i);
        sum = hn::Add(sum, v);
        squares = hn::MulAdd(v, v, squares);
      }
      add_to_doubles(sum, chunk.count(), sums + i);
      add_to_doubles(squares, chunk.count(), sums + c + i);
    });
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
