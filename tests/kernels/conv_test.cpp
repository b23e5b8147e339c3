// SPDX-License-Identifier: MIT
#include "kernels/conv_harness.hpp"

using namespace fpcpu::testing;
using fpcpu::kernels::Activation;
using fpcpu::kernels::ActivationSpec;
using fpcpu::kernels::ConvAlgorithm;

namespace {

void check(const ConvCase& c, ActivationSpec activation = {}) { check_conv(conv_shape(c), false, activation); }

/// One of the listed values.
int pick(fpcpu::Rng& rng, std::initializer_list<int> values) {
  return values.begin()[rng.below(static_cast<std::uint32_t>(values.size()))];
}

}  // namespace

TEST_CASE("convolution agrees with the reference: layers of the networks, small") {
  check({10, 10, 3, 32, 3, 3, 1, 1, 1, 1, 1});
  check({11, 27, 32, 33, 3, 3, 1, 1, 1, 1, 1});
  check({6, 6, 64, 48, 3, 3, 1, 1, 1, 1, 1});
  check({25, 25, 3, 16, 7, 7, 2, 3, 3, 1, 1});
  check({13, 14, 24, 40, 1, 1, 1, 0, 0, 1, 1});
  check({13, 14, 24, 40, 1, 1, 2, 0, 0, 1, 1});
}

TEST_CASE("convolution agrees with the reference: several images") {
  check({10, 10, 3, 32, 3, 3, 1, 1, 1, 1, 1, 3});
  check({12, 13, 64, 48, 3, 3, 1, 1, 1, 1, 1, 3});
  check({33, 30, 17, 31, 3, 3, 1, 1, 1, 1, 1, 3});  // more tiles than a weight gradient takes at once
  check({7, 9, 24, 40, 3, 3, 1, 0, 2, 1, 1, 5});
  check({12, 13, 64, 48, 3, 3, 1, 2, 2, 1, 1, 3});
  check({13, 14, 24, 40, 1, 1, 1, 0, 0, 1, 1, 2});
  check({9, 14, 24, 40, 3, 3, 2, 1, 1, 1, 2, 2});
  check({4, 4, 144, 112, 3, 3, 1, 1, 1, 1, 1, 5});  // several blocks of channels, and ranges of two sizes
  // More tiles than weights that are used once see at once, in both directions; a last half word in bf16.
  check({7, 14, 1001, 17, 3, 3, 1, 1, 1, 1, 1, 12});
  check({7, 14, 17, 1001, 3, 3, 1, 1, 1, 1, 1, 12});
  check({5, 4, 40, 99, 3, 3, 2, 1, 1, 1, 1, 3});
}

TEST_CASE("convolution agrees with the reference: deep reductions and pixels a power of two apart") {
  check({1, 5, 2100, 28, 1, 1, 1, 0, 0, 1, 1});
  check({1, 17, 1024, 17, 1, 1, 1, 0, 0, 1, 1});
  check({4, 4, 512, 20, 3, 3, 1, 1, 1, 1, 1});
  check({3, 40, 512, 18, 3, 3, 1, 1, 1, 1, 1});
  check({40, 33, 40, 17, 3, 3, 1, 1, 1, 1, 1});
}

TEST_CASE("convolution agrees with the reference: random shapes") {
  fpcpu::Rng rng(11, fpcpu::RandomUse::init);
  int done = 0;
  while (done < 150) {
    const int groups = pick(rng, {1, 1, 1, 2, 3});
    const int kernel = pick(rng, {1, 2, 3, 5});
    ConvCase c{};
    c.h = pick(rng, {1, 2, 5, 8, 13});
    c.w = pick(rng, {1, 3, 6, 7, 13, 15, 16, 17, 30});
    c.c = groups * pick(rng, {1, 3, 15, 16, 17, 33});
    c.k = groups * pick(rng, {1, 3, 15, 16, 17, 33});
    c.kh = kernel, c.kw = pick(rng, {kernel, kernel, 1, 3});
    c.stride = pick(rng, {1, 1, 2, 3});
    c.pad_h = pick(rng, {0, 1, 2, 3}), c.pad_w = pick(rng, {c.pad_h, 0, 1});
    c.dilation = pick(rng, {1, 1, 2});
    c.groups = groups;
    if (conv_shape(c).oh == 0) continue;
    ++done;
    check(c);
  }
}

TEST_CASE("activations in the epilogue of a convolution") {
  for (const Activation kind : {Activation::relu, Activation::leaky_relu, Activation::relu6, Activation::hard_swish,
                                Activation::sigmoid, Activation::tanh}) {
    CAPTURE(static_cast<int>(kind));
    check({9, 9, 40, 33, 3, 3, 1, 1, 1, 1, 1}, {kind, 0.1F});
  }
}

TEST_CASE("NaN in the input of a convolution with ReLU stays visible") {
  fpcpu::kernels::ConvShape s = conv_shape({4, 4, 16, 17, 3, 3, 1, 1, 1, 1, 1});
  const Guarded<float> x = filled(16 * 16, kNan);
  const Guarded<float> w = filled(9 * 16 * 17, 1.0F);
  for (const auto* own : tables()) {
    const auto& table = *own;
    for (int algorithm = 1; algorithm <= static_cast<int>(ConvAlgorithm::winograd4_bf16); ++algorithm) {
      s.algorithm = static_cast<ConvAlgorithm>(algorithm);
      if (table.conv_algorithm(s, fpcpu::kernels::ConvPass::forward) != s.algorithm) continue;
      INFO("table ", fpcpu::kernels::name_of(table), " algorithm ", algorithm);
      const Guarded<float> packed = scratch_of(table.conv_packed_size(s, fpcpu::kernels::ConvPass::forward));
      if (packed.size() > 0) table.conv_pack(s, fpcpu::kernels::ConvPass::forward, w.data(), packed.data());
      const Guarded<float> scratch = scratch_of(table.conv_scratch_size(s, fpcpu::kernels::ConvPass::forward));
      const Guarded<float> y = filled(16 * 17, 0.0F);
      fpcpu::kernels::ConvForward<float> a;
      a.x = x.data(), a.w = w.data(), a.packed = packed.data(), a.activation.kind = Activation::relu;
      a.row_end = 4, a.y = y.data(), a.scratch = scratch.data();
      table.conv_forward(s, a);
      const bool visible = std::all_of(y.data(), y.data() + y.size(), [](float v) { return std::isnan(v); });
      CHECK(visible);
    }
  }
}

TEST_CASE("what rounded factors cost, of the root mean square of the results; the gradient of a bias is not rounded") {
  struct Cost {
    ConvAlgorithm algorithm;
    double least, most;
  };
  // With every border, whose data gradient has another one. docs/adr/0006: 0.24 %, 0.4 %, 1.1 %. Factors of F(2x2) that
  // were rounded before their transform as well would cost 0.43 % to 0.46 %.
  for (const int pad : {0, 1, 2}) {
    const fpcpu::kernels::ConvShape shape = conv_shape({16, 16, 64, 64, 3, 3, 1, pad, pad, 1, 1});
    const auto outputs = static_cast<std::size_t>(shape.oh * shape.ow) * 64;
    const ConvInputs in{random_values(16 * 16 * 64, 1), random_values(9 * 64 * 64, 2), random_values(64, 3),
                        random_values(outputs, 4)};
    const ConvResult exact = conv_reference(fpcpu::kernels::eigen_table<double>(), shape, false, in, {}, false);
    for (const Cost cost :
         {Cost{ConvAlgorithm::direct, 0.0, 1e-6}, Cost{ConvAlgorithm::direct_bf16, 2e-3, 3e-3},
          Cost{ConvAlgorithm::winograd2_bf16, 3.5e-3, 4.15e-3}, Cost{ConvAlgorithm::winograd4_bf16, 9e-3, 14e-3}}) {
      CAPTURE(pad);
      CAPTURE(static_cast<int>(cost.algorithm));
      fpcpu::kernels::ConvShape s = shape;
      s.algorithm = cost.algorithm;
      const ConvResult found = conv_reference(fpcpu::kernels::eigen_bf16_table(), s, false, in, {}, false);
      for (const double error :
           {relative_norm(found.y, exact.y), relative_norm(found.dx, exact.dx), relative_norm(found.dw, exact.dw)}) {
        CHECK(error >= cost.least);
        CHECK(error <= cost.most);
      }
      CHECK(relative_norm(found.db, exact.db) <= 1e-6);
    }
  }
}
