// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "kernels/guarded.hpp"

using namespace fpcpu::testing;
using fpcpu::Isa;
using fpcpu::kernels::KernelTable;
using fpcpu::kernels::OptimizerUpdate;

namespace {

template <class T>
using Update = void (*KernelTable<T>::*)(const OptimizerUpdate<T>&) noexcept;

struct Options {
  float momentum = 0.0F;
  bool nesterov = false;
  float decoupled = 0.0F;
  float l1 = 0.0F;
  float l2 = 0.0F;
};

template <class T>
OptimizerUpdate<T> update_of(const Options& o, std::size_t n) {
  OptimizerUpdate<T> u;
  u.n = n;
  u.grad_scale = T(0.75F), u.lr = T(0.01F), u.momentum = T(o.momentum), u.beta2 = T(0.99F), u.eps = T(0.001F);
  u.bias1 = T(0.4F), u.bias2 = T(0.3F), u.l2 = T(o.l2), u.l1 = T(o.l1), u.decoupled = T(o.decoupled);
  u.nesterov = o.nesterov;
  return u;
}

/// Three steps, so that the moments matter.
void check(Update<float> single, Update<double> wide, const Options& options) {
  for (const Isa isa : isas()) {
    INFO("isa ", to_string(isa), " momentum ", options.momentum, " l1 ", options.l1, " decoupled ", options.decoupled);
    for (const std::size_t n : {std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{17}, std::size_t{100}}) {
      std::vector<float> start = random_values(n, 1);
      start[0] = 0.0F;
      std::vector<double> w_want = widened(start);
      std::vector<double> m_want(n, 0.25);
      std::vector<double> v_want(n, 0.5);
      const Guarded<float> w = copy_of(start);
      const Guarded<float> m = filled(n, 0.25F);
      const Guarded<float> v = filled(n, 0.5F);
      for (std::uint64_t step = 0; step < 3; ++step) {
        const std::vector<float> grad = random_values(n, 2 + step);
        const std::vector<double> wide_grad = widened(grad);
        OptimizerUpdate<double> want = update_of<double>(options, n);
        want.w = w_want.data(), want.grad = wide_grad.data(), want.m = m_want.data(), want.v = v_want.data();
        (fpcpu::kernels::eigen_table<double>().*wide)(want);
        OptimizerUpdate<float> got = update_of<float>(options, n);
        got.w = w.data(), got.grad = grad.data(), got.m = m.data(), got.v = v.data();
        (fpcpu::kernels::float_table(isa).*single)(got);
      }
      CHECK(worst_error(w, w_want) <= 1.0);
      CHECK(worst_error(m, m_want) <= 1.0);
      CHECK(worst_error(v, v_want) <= 1.0);
      CHECK(w.intact());
      CHECK(m.intact());
      CHECK(v.intact());
    }
  }
}

}  // namespace

TEST_CASE("sgd: plain, momentum, Nesterov, penalties") {
  for (const Options& o : {Options{}, Options{0.9F}, Options{0.9F, true}, Options{0.9F, false, 0.1F, 0.02F, 0.03F}}) {
    check(&KernelTable<float>::sgd_update, &KernelTable<double>::sgd_update, o);
  }
}

TEST_CASE("rmsprop with and without momentum") {
  for (const Options& o : {Options{}, Options{0.9F}, Options{0.0F, false, 0.1F, 0.02F, 0.03F}}) {
    check(&KernelTable<float>::rmsprop_update, &KernelTable<double>::rmsprop_update, o);
  }
}

TEST_CASE("adam and adamw") {
  for (const Options& o : {Options{0.9F}, Options{0.9F, false, 0.1F}, Options{0.9F, false, 0.0F, 0.02F, 0.03F}}) {
    check(&KernelTable<float>::adam_update, &KernelTable<double>::adam_update, o);
  }
}

TEST_CASE("plain sgd needs no buffers") {
  for (const Isa isa : isas()) {
    const Guarded<float> w = filled(19, 1.0F);
    const std::vector<float> grad(19, 2.0F);
    OptimizerUpdate<float> u;
    u.n = 19, u.w = w.data(), u.grad = grad.data(), u.lr = 0.25F;
    fpcpu::kernels::float_table(isa).sgd_update(u);
    CHECK(w[18] == 0.5F);
    CHECK(w.intact());
  }
}
