// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "kernels/guarded.hpp"

using namespace fpcpu::testing;
using fpcpu::Isa;
using fpcpu::kernels::Activation;
using fpcpu::kernels::ActivationSpec;

namespace {

constexpr std::size_t kSizes[] = {0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100};
constexpr Activation kKinds[] = {Activation::none,       Activation::relu,    Activation::leaky_relu, Activation::relu6,
                                 Activation::hard_swish, Activation::sigmoid, Activation::tanh};

template <class Body>
void for_each_case(const Body& body) {
  for (const Isa isa : isas()) {
    INFO("isa ", to_string(isa));
    for (const std::size_t n : kSizes) {
      CAPTURE(n);
      body(fpcpu::kernels::float_table(isa), n);
    }
  }
}

const fpcpu::kernels::KernelTable<double>& reference() { return fpcpu::kernels::eigen_table<double>(); }

/// Values that meet the kinks of every activation.
std::vector<float> kinky_values(std::size_t n) {
  std::vector<float> x = coarse_values(n, 1);
  const float kinks[] = {0.0F, -3.0F, 3.0F, 6.0F, 7.5F, -8.0F};
  for (std::size_t i = 0; i < n; i += 3) x[i] = kinks[i / 3 % 6];
  return x;
}

}  // namespace

TEST_CASE("activations and their gradients agree with the reference, also in place") {
  for_each_case([](const auto& table, std::size_t n) {
    const std::vector<float> x = kinky_values(n);
    const std::vector<float> dy = random_values(n, 2);
    for (const Activation kind : kKinds) {
      CAPTURE(static_cast<int>(kind));
      const ActivationSpec spec{kind, 0.25F};
      std::vector<double> want(n);
      reference().activation_forward(spec, widened(x).data(), want.data(), n);
      const Guarded<float> y = filled(n, kNan);
      table.activation_forward(spec, x.data(), y.data(), n);
      CHECK(worst_error(y, want) <= 1.0);
      CHECK(y.intact());
      const Guarded<float> in_place = copy_of(x);
      table.activation_forward(spec, in_place.data(), in_place.data(), n);
      CHECK(std::equal(y.data(), y.data() + n, in_place.data()));

      for (const float beta : {0.0F, 1.0F}) {
        std::vector<double> want_dx(n, 0.5);
        reference().activation_backward(spec, widened(x).data(), widened(dy).data(), want_dx.data(), beta, n);
        const Guarded<float> dx = filled(n, beta == 0.0F ? kNan : 0.5F);
        table.activation_backward(spec, x.data(), dy.data(), dx.data(), beta, n);
        CHECK(worst_error(dx, want_dx) <= 1.0);
        CHECK(dx.intact());
      }
    }
  });
}

TEST_CASE("add and accumulate agree with the reference") {
  for_each_case([](const auto& table, std::size_t n) {
    const std::vector<float> a = random_values(n, 3);
    const std::vector<float> b = random_values(n, 4);
    std::vector<double> want(n);
    for (const Activation kind : kKinds) {
      const ActivationSpec spec{kind, 0.25F};
      reference().add(widened(a).data(), widened(b).data(), spec, want.data(), n);
      const Guarded<float> y = filled(n, kNan);
      table.add(a.data(), b.data(), spec, y.data(), n);
      CHECK(worst_error(y, want) <= 1.0);
      CHECK(y.intact());
    }
    for (const float beta : {0.0F, 1.0F, 0.5F}) {
      want.assign(n, 0.25);
      reference().accumulate(widened(a).data(), want.data(), beta, n);
      const Guarded<float> y = filled(n, beta == 0.0F ? kNan : 0.25F);
      table.accumulate(a.data(), y.data(), beta, n);
      CHECK(worst_error(y, want) <= 1.0);
      CHECK(y.intact());
    }
  });
}

TEST_CASE("channel sums agree with the reference and are added to") {
  for (const Isa isa : isas()) {
    INFO("isa ", to_string(isa));
    for (const int c : {1, 3, 15, 16, 17, 33}) {
      for (const std::size_t rows :
           {std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{17}, std::size_t{203}}) {
        const std::size_t channels = static_cast<std::size_t>(c);
        const std::vector<float> x = random_values(rows * channels, 6);
        std::vector<double> want(2 * channels, 2.0);
        std::vector<double> magnitude(2 * channels, 0.0);
        reference().channel_sums(widened(x).data(), rows, c, want.data());
        reference().channel_sums(widened(x, true).data(), rows, c, magnitude.data());
        const Guarded<double> sums(2 * channels);
        std::fill_n(sums.data(), sums.size(), 2.0);
        fpcpu::kernels::float_table(isa).channel_sums(copy_of(x).data(), rows, c, sums.data());
        CHECK(worst_error(sums, want, magnitude, 16.0) <= 1.0);
        CHECK(sums.intact());
      }
    }
  }
}
