// The convolution entries of the table: one of the algorithms for each shape and pass.

#include "kernels/simd/conv_algorithms.hpp"
#include "kernels/simd/conv_choice.hpp"
#include "kernels/simd/kernels.hpp"
#include "kernels/simd/winograd.hpp"

namespace fpcpu::kernels::FPCPU_ISA_NAME {

namespace {

using winograd::F2;
using winograd::F4;

HWY_INLINE std::size_t max_size(std::size_t a, std::size_t b) { return a > b ? a : b; }

}  // namespace

ConvAlgorithm conv_algorithm(const ConvShape& s, ConvPass pass) noexcept {
  if (!winograd::applies(s)) return ConvAlgorithm::direct;
  return s.algorithm == ConvAlgorithm::best ? chosen(s, pass) : s.algorithm;
}

std::size_t conv_packed_size(const ConvShape& s, ConvPass pass) noexcept {
  if (pass == ConvPass::backward_weights) return 0;
  switch (conv_algorithm(s, pass)) {
    case ConvAlgorithm::winograd2:
      return winograd::packed_size<F2>(s, pass);
    case ConvAlgorithm::winograd4:
      return winograd::packed_size<F4>(s, pass);
    default:
      return direct::packed_size(s, pass);
  }
}

void conv_pack(const ConvShape& s, ConvPass pass, const float* w, float* packed) noexcept {
  switch (conv_algorithm(s, pass)) {
    case ConvAlgorithm::winograd2:
      return winograd::pack<F2>(s, pass, w, packed);
    case ConvAlgorithm::winograd4:
      return winograd::pack<F4>(s, pass, w, packed);
    default:
      return direct::pack(s, pass, w, packed);
  }
}

std::size_t conv_scratch_size(const ConvShape& s) noexcept {
  std::size_t most = 0;
  for (const ConvPass pass : {ConvPass::forward, ConvPass::backward_data}) {
    const ConvAlgorithm algorithm = conv_algorithm(s, pass);
    most = max_size(most, algorithm == ConvAlgorithm::winograd2   ? winograd::scratch_size<F2>(s, pass)
                          : algorithm == ConvAlgorithm::winograd4 ? winograd::scratch_size<F4>(s, pass)
                                                                  : direct::scratch_size(s));
  }
  const ConvAlgorithm algorithm = conv_algorithm(s, ConvPass::backward_weights);
  return max_size(most, algorithm == ConvAlgorithm::winograd2   ? winograd::weights_scratch_size<F2>(s)
                        : algorithm == ConvAlgorithm::winograd4 ? winograd::weights_scratch_size<F4>(s)
                                                                : direct::weights_scratch_size(s));
}

void conv_forward(const ConvShape& s, const ConvForward<float>& a) noexcept {
  switch (conv_algorithm(s, ConvPass::forward)) {
    case ConvAlgorithm::winograd2:
      return winograd::forward<F2>(s, a);
    case ConvAlgorithm::winograd4:
      return winograd::forward<F4>(s, a);
    default:
      return direct::forward(s, a);
  }
}

void conv_backward_data(const ConvShape& s, const ConvBackwardData<float>& a) noexcept {
  switch (conv_algorithm(s, ConvPass::backward_data)) {
    case ConvAlgorithm::winograd2:
      return winograd::backward_data<F2>(s, a);
    case ConvAlgorithm::winograd4:
      return winograd::backward_data<F4>(s, a);
    default:
      return direct::backward_data(s, a);
  }
}

void conv_backward_weights(const ConvShape& s, const ConvBackwardWeights<float>& a) noexcept {
  switch (conv_algorithm(s, ConvPass::backward_weights)) {
    case ConvAlgorithm::winograd2:
      return winograd::backward_weights<F2>(s, a);
    case ConvAlgorithm::winograd4:
      return winograd::backward_weights<F4>(s, a);
    default:
      return direct::backward_weights(s, a);
  }
}

}  // namespace fpcpu::kernels::FPCPU_ISA_NAME
