// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "kernels/pool_cases.hpp"

using namespace fpcpu::testing;
using fpcpu::Isa;
using fpcpu::kernels::PoolShape;

namespace {
const fpcpu::kernels::KernelTable<double>& reference() { return fpcpu::kernels::eigen_table<double>(); }
}  // namespace

TEST_CASE("max pooling agrees with the reference: values, first maximum, scatter") {
  for_each_pool([](const PoolShape& s) {
    const std::vector<float> x = coarse_values(inputs_of(s), 1);  // many ties
    const std::vector<float> dy = random_values(outputs_of(s), 2);
    std::vector<double> y_want(outputs_of(s));
    std::vector<std::uint8_t> argmax_want(outputs_of(s));
    reference().max_pool_forward(s, widened(x).data(), y_want.data(), argmax_want.data());
    for (const Isa isa : isas()) {
      INFO("isa ", to_string(isa), " ", text(s));
      const auto& table = fpcpu::kernels::float_table(isa);
      const Guarded<float> in = copy_of(x);
      const Guarded<float> y = filled(outputs_of(s), kNan);
      const Guarded<std::uint8_t> argmax(outputs_of(s));
      table.max_pool_forward(s, in.data(), y.data(), argmax.data());
      CHECK(std::equal(y_want.begin(), y_want.end(), y.data()));
      CHECK(std::equal(argmax_want.begin(), argmax_want.end(), argmax.data()));
      CHECK(y.intact());
      CHECK(argmax.intact());
      const Guarded<float> only_y = filled(outputs_of(s), kNan);
      table.max_pool_forward(s, in.data(), only_y.data(), nullptr);
      CHECK(std::equal(y_want.begin(), y_want.end(), only_y.data()));
      for (const float beta : {0.0F, 1.0F}) {
        std::vector<double> dx_want(inputs_of(s), 0.5);
        reference().max_pool_backward(s, widened(dy).data(), argmax_want.data(), dx_want.data(), beta);
        const Guarded<float> dx = filled(inputs_of(s), beta == 0.0F ? kNan : 0.5F);
        table.max_pool_backward(s, dy.data(), argmax.data(), dx.data(), beta);
        CHECK(worst_error(dx, dx_want) <= 1.0);
        CHECK(dx.intact());
      }
    }
  });
}

TEST_CASE("average pooling agrees with the reference") {
  for_each_pool([](const PoolShape& s) {
    const std::vector<float> x = random_values(inputs_of(s), 3);
    const std::vector<float> dy = random_values(outputs_of(s), 4);
    std::vector<double> y_want(outputs_of(s));
    reference().average_pool_forward(s, widened(x).data(), y_want.data());
    for (const Isa isa : isas()) {
      INFO("isa ", to_string(isa), " ", text(s));
      const auto& table = fpcpu::kernels::float_table(isa);
      const Guarded<float> y = filled(outputs_of(s), kNan);
      table.average_pool_forward(s, copy_of(x).data(), y.data());
      CHECK(worst_error(y, y_want) <= 1.0);
      CHECK(y.intact());
      for (const float beta : {0.0F, 1.0F}) {
        std::vector<double> dx_want(inputs_of(s), 0.5);
        reference().average_pool_backward(s, widened(dy).data(), dx_want.data(), beta);
        const Guarded<float> dx = filled(inputs_of(s), beta == 0.0F ? kNan : 0.5F);
        table.average_pool_backward(s, copy_of(dy).data(), dx.data(), beta);
        CHECK(worst_error(dx, dx_want) <= 1.0);
        CHECK(dx.intact());
      }
    }
  });
}
