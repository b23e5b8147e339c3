// SPDX-License-Identifier: MIT
// The convolution entries of the table: the algorithm that a shape names, which conv_algorithm() chose for it before.

#include "kernels/simd/conv_algorithms.hpp"
#include "kernels/simd/conv_choice.hpp"
#include "kernels/simd/kernels.hpp"
#include "kernels/simd/winograd.hpp"
#include "kernels/simd/words.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

namespace {

using winograd::F2;
using winograd::F4;

/// The algorithms of this file's own words.
#if FPCPU_BF16
constexpr ConvAlgorithm kDirect = ConvAlgorithm::direct_bf16;
constexpr ConvAlgorithm kWinograd2 = ConvAlgorithm::winograd2_bf16;
constexpr ConvAlgorithm kWinograd4 = ConvAlgorithm::winograd4_bf16;
HWY_INLINE bool in_float(ConvAlgorithm algorithm) {
  return algorithm == ConvAlgorithm::direct || algorithm == ConvAlgorithm::winograd2 ||
         algorithm == ConvAlgorithm::winograd4;
}
#else
constexpr ConvAlgorithm kDirect = ConvAlgorithm::direct;
constexpr ConvAlgorithm kWinograd2 = ConvAlgorithm::winograd2;
constexpr ConvAlgorithm kWinograd4 = ConvAlgorithm::winograd4;
constexpr bool in_float(ConvAlgorithm) { return false; }
#endif

/// direct(), or winograd(F2{}) or winograd(F4{}); AMX has no Winograd, docs/adr/0012 says why.
template <class Direct, class Winograd>
HWY_INLINE auto in_own_words([[maybe_unused]] ConvAlgorithm algorithm, const Direct& direct,
                             [[maybe_unused]] const Winograd& winograd) {
  if constexpr (!kAmx) {
    if (algorithm == kWinograd2) return winograd(F2{});
    if (algorithm == kWinograd4) return winograd(F4{});
  }
  return direct();
}

}  // namespace

ConvAlgorithm conv_algorithm(const ConvShape& s, ConvPass pass) noexcept {
  const bool best = s.algorithm == ConvAlgorithm::best;
  const ConvAlgorithm algorithm = !best ? s.algorithm : winograd::applies(s) ? chosen(s, pass) : chosen_direct(s);
  const bool own = algorithm == kDirect || algorithm == kWinograd2 || algorithm == kWinograd4;
  if (in_float(algorithm)) return winograd::applies(s) ? algorithm : ConvAlgorithm::direct;
  return own && !kAmx && winograd::applies(s) ? algorithm : kDirect;
}

std::size_t conv_packed_size(const ConvShape& s, ConvPass pass) noexcept {
  if (pass == ConvPass::backward_weights) return 0;
  if (in_float(s.algorithm)) return FPCPU_FP32_NAME::conv_packed_size(s, pass);
  return in_own_words(
      s.algorithm, [&] { return direct::packed_size(s, pass); },
      [&](auto f) { return winograd::packed_size<decltype(f)>(s, pass); });
}

void conv_pack(const ConvShape& s, ConvPass pass, const float* w, float* packed) noexcept {
  if (in_float(s.algorithm)) return FPCPU_FP32_NAME::conv_pack(s, pass, w, packed);
  return in_own_words(
      s.algorithm, [&] { return direct::pack(s, pass, w, packed); },
      [&](auto f) { return winograd::pack<decltype(f)>(s, pass, w, packed); });
}

std::size_t conv_scratch_size(const ConvShape& s, ConvPass pass) noexcept {
  if (in_float(s.algorithm)) return FPCPU_FP32_NAME::conv_scratch_size(s, pass);
  const bool weights = pass == ConvPass::backward_weights;
  return in_own_words(
      s.algorithm, [&] { return weights ? direct::weights_scratch_size(s) : direct::scratch_size(s, pass); },
      [&](auto f) {
        using F = decltype(f);
        return weights ? winograd::weights_scratch_size<F>(s) : winograd::scratch_size<F>(s, pass);
      });
}

void conv_forward(const ConvShape& s, const ConvForward<float>& a) noexcept {
  if (in_float(s.algorithm)) return FPCPU_FP32_NAME::conv_forward(s, a);
  return in_own_words(
      s.algorithm, [&] { return direct::forward(s, a); }, [&](auto f) { return winograd::forward<decltype(f)>(s, a); });
}

void conv_backward_data(const ConvShape& s, const ConvBackwardData<float>& a) noexcept {
  if (in_float(s.algorithm)) return FPCPU_FP32_NAME::conv_backward_data(s, a);
  return in_own_words(
      s.algorithm, [&] { return direct::backward_data(s, a); },
      [&](auto f) { return winograd::backward_data<decltype(f)>(s, a); });
}

void conv_backward_weights(const ConvShape& s, const ConvBackwardWeights<float>& a) noexcept {
  if (in_float(s.algorithm)) return FPCPU_FP32_NAME::conv_backward_weights(s, a);
  return in_own_words(
      s.algorithm, [&] { return direct::backward_weights(s, a); },
      [&](auto f) { return winograd::backward_weights<decltype(f)>(s, a); });
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
