// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <bit>
#include <tuple>

#include "kernels/pool_cases.hpp"

using namespace fpcpu::testing;
using fpcpu::Bf16;
using fpcpu::DataType;
using fpcpu::Isa;
using fpcpu::Storage;
using fpcpu::kernels::Activation;
using fpcpu::kernels::KernelTable;
using fpcpu::kernels::NormActPoolBackward;
using fpcpu::kernels::NormActPoolForward;
using fpcpu::kernels::PoolShape;

namespace {

struct Inputs {
  std::vector<float> x, dy, scale, shift, mean, inv_std, mean_g, mean_gx;

  Inputs(const PoolShape& s, bool pooled)
      : x(coarse_values(inputs_of(s), 1)), dy(random_values(pooled ? outputs_of(s) : inputs_of(s), 2)) {
    const std::size_t c = static_cast<std::size_t>(s.c);
    scale = random_values(c, 3);
    // Powers of two of both signs and multiples of 1/8 keep scale * x + shift exact in float.
    for (float& v : scale) v = v < -0.3F ? -0.5F : (v < 0.4F ? 1.0F : 2.0F);
    shift = coarse_values(c, 4);
    mean = random_values(c, 5);
    inv_std = random_values(c, 6);
    for (float& v : inv_std) v += 1.5F;
    mean_g = random_values(c, 7);
    mean_gx = random_values(c, 8);
  }
};

/// Buffers of a reference or tested run; T decides which.
template <class T>
struct Run {
  std::vector<T> x, dy, scale, shift, mean, inv_std, mean_g, mean_gx;

  explicit Run(const Inputs& in)
      : x(in.x.begin(), in.x.end()),
        dy(in.dy.begin(), in.dy.end()),
        scale(in.scale.begin(), in.scale.end()),
        shift(in.shift.begin(), in.shift.end()),
        mean(in.mean.begin(), in.mean.end()),
        inv_std(in.inv_std.begin(), in.inv_std.end()),
        mean_g(in.mean_g.begin(), in.mean_g.end()),
        mean_gx(in.mean_gx.begin(), in.mean_gx.end()) {}

  void forward(const KernelTable<T>& table, const PoolShape& s, bool pooled, Activation kind, T* y,
               std::uint8_t* argmax, T* scratch, const T* residual = nullptr) const {
    NormActPoolForward<T> a;
    a.residual = residual;
    a.shape = s, a.pooled = pooled, a.activation = {kind, 0.25F};
    a.x = x.data(), a.scale = scale.data(), a.shift = shift.data(), a.y = y, a.argmax = argmax, a.scratch = scratch;
    table.norm_act_pool_forward(a);
  }
  [[nodiscard]] NormActPoolBackward<T> backward(const PoolShape& s, bool pooled, Activation kind,
                                                const std::uint8_t* argmax, T* scratch) const {
    NormActPoolBackward<T> a;
    a.shape = s, a.pooled = pooled, a.activation = {kind, 0.25F};
    a.x = x.data(), a.dy = dy.data(), a.argmax = argmax, a.scale = scale.data(), a.shift = shift.data();
    a.mean = mean.data(), a.inv_std = inv_std.data(), a.mean_g = mean_g.data(), a.mean_gx = mean_gx.data();
    a.scratch = scratch;
    return a;
  }
};

void check(const PoolShape& s, bool pooled, Activation kind) {
  const Inputs in(s, pooled);
  const Run<double> wide(in);
  const Run<float> single(in);
  const KernelTable<double>& reference = fpcpu::kernels::eigen_table<double>();
  const std::size_t outputs = in.dy.size();
  const std::size_t channels = static_cast<std::size_t>(s.c);
  std::vector<double> y_want(outputs);
  std::vector<std::uint8_t> argmax_want(outputs);
  wide.forward(reference, s, pooled, kind, y_want.data(), argmax_want.data(), nullptr);
  std::vector<double> sums_want(2 * channels, 1.0);
  NormActPoolBackward<double> want = wide.backward(s, pooled, kind, argmax_want.data(), nullptr);
  want.sums = sums_want.data();
  reference.norm_act_pool_backward_sums(want);
  // |g| <= 1 times slopes of at most 1.5 and |xhat| below 13, for each output.
  const std::vector<double> sums_magnitude(2 * channels, 13.0 * static_cast<double>(outputs / channels));

  for (const Isa isa : isas()) {
    INFO("isa ", to_string(isa), " ", text(s), " pooled ", pooled, " activation ", static_cast<int>(kind));
    const KernelTable<float>& table = fpcpu::kernels::float_table(isa);
    const Guarded<float> scratch = scratch_of(table.norm_act_pool_scratch_size(s));
    const Guarded<float> y = filled(outputs, kNan);
    const Guarded<std::uint8_t> argmax(outputs);
    single.forward(table, s, pooled, kind, y.data(), argmax.data(), scratch.data());
    CHECK(worst_error(y, y_want) <= 1.0);
    CHECK(y.intact());
    CHECK(argmax.intact());
    if (pooled) CHECK(std::equal(argmax_want.begin(), argmax_want.end(), argmax.data()));
    const Guarded<float> only_y = filled(outputs, kNan);
    single.forward(table, s, pooled, kind, only_y.data(), nullptr, scratch.data());
    CHECK(std::equal(y.data(), y.data() + outputs, only_y.data()));

    const Guarded<double> sums(2 * channels);
    std::fill_n(sums.data(), sums.size(), 1.0);
    NormActPoolBackward<float> a = single.backward(s, pooled, kind, argmax_want.data(), scratch.data());
    a.sums = sums.data();
    table.norm_act_pool_backward_sums(a);
    CHECK(worst_error(sums, sums_want, sums_magnitude) <= 1.0);
    CHECK(sums.intact());

    for (const float beta : {0.0F, 1.0F}) {
      CAPTURE(beta);
      std::vector<double> dx_want(inputs_of(s), 0.5);
      want.dx = dx_want.data(), want.beta = static_cast<double>(beta);
      reference.norm_act_pool_backward_data(want);
      const Guarded<float> dx = filled(inputs_of(s), beta == 0.0F ? kNan : 0.5F);
      a.dx = dx.data(), a.beta = beta;
      table.norm_act_pool_backward_data(a);
      // Terms of at most 2 * (9 + 1 + 13) are added.
      CHECK(worst_error(dx, dx_want, std::vector<double>(dx_want.size(), 46.0)) <= 1.0);
      CHECK(dx.intact());
    }
    CHECK(scratch.intact());
  }
}

/// Gradients of the input and of the residual, both in one call and each alone. `want` and `a` are set up but for them.
void check_residual_gradients(const KernelTable<float>& table, NormActPoolBackward<double> want,
                              NormActPoolBackward<float> a, std::size_t size) {
  for (const float beta : {0.0F, 1.0F}) {
    CAPTURE(beta);
    std::vector<double> dx_want(size, 0.5), dr_want(size, 0.25);
    want.dx = dx_want.data(), want.beta = static_cast<double>(beta);
    want.d_residual = dr_want.data(), want.beta_residual = static_cast<double>(beta);
    fpcpu::kernels::eigen_table<double>().norm_act_pool_backward_data(want);
    const Guarded<float> dx = filled(size, beta == 0.0F ? kNan : 0.5F);
    const Guarded<float> dr = filled(size, beta == 0.0F ? kNan : 0.25F);
    a.dx = dx.data(), a.beta = beta;
    a.d_residual = dr.data(), a.beta_residual = beta;
    table.norm_act_pool_backward_data(a);
    CHECK(worst_error(dx, dx_want, std::vector<double>(size, 46.0)) <= 1.0);
    CHECK(worst_error(dr, dr_want) <= 1.0);
    CHECK(dx.intact());
    CHECK(dr.intact());

    const Guarded<float> only = filled(size, beta == 0.0F ? kNan : 0.5F);
    a.dx = only.data(), a.d_residual = nullptr;
    table.norm_act_pool_backward_data(a);
    CHECK(std::equal(dx.data(), dx.data() + size, only.data()));
    const Guarded<float> other = filled(size, beta == 0.0F ? kNan : 0.25F);
    a.dx = nullptr, a.d_residual = other.data();
    table.norm_act_pool_backward_data(a);
    CHECK(std::equal(dr.data(), dr.data() + size, other.data()));
  }
}

/// y = act(scale * x + shift + residual).
void check_residual(const PoolShape& s, Activation kind) {
  const Inputs in(s, false);
  const Run<double> wide(in);
  const Run<float> single(in);
  const KernelTable<double>& reference = fpcpu::kernels::eigen_table<double>();
  const std::size_t size = in.dy.size();
  const std::size_t channels = static_cast<std::size_t>(s.c);
  const std::vector<float> residual = coarse_values(size, 9);
  const std::vector<double> wide_residual(residual.begin(), residual.end());
  std::vector<double> y_want(size);
  wide.forward(reference, s, false, kind, y_want.data(), nullptr, nullptr, wide_residual.data());
  const std::vector<float> y_kept(y_want.begin(), y_want.end());
  std::vector<double> sums_want(2 * channels, 1.0);
  NormActPoolBackward<double> want = wide.backward(s, false, kind, nullptr, nullptr);
  want.sums = sums_want.data();
  want.y = y_want.data();
  reference.norm_act_pool_backward_sums(want);
  const std::vector<double> sums_magnitude(2 * channels, 13.0 * static_cast<double>(size / channels));

  for (const Isa isa : isas()) {
    INFO("isa ", to_string(isa), " ", text(s), " activation ", static_cast<int>(kind));
    const KernelTable<float>& table = fpcpu::kernels::float_table(isa);
    const Guarded<float> y = filled(size, kNan);
    single.forward(table, s, false, kind, y.data(), nullptr, nullptr, residual.data());
    CHECK(worst_error(y, y_want) <= 1.0);
    CHECK(y.intact());

    const Guarded<double> sums(2 * channels);
    std::fill_n(sums.data(), sums.size(), 1.0);
    NormActPoolBackward<float> a = single.backward(s, false, kind, nullptr, nullptr);
    a.y = y_kept.data();
    a.sums = sums.data();
    table.norm_act_pool_backward_sums(a);
    CHECK(worst_error(sums, sums_want, sums_magnitude) <= 1.0);

    check_residual_gradients(table, want, a, size);
  }
}

/// Inputs and gradients kept in bfloat16, against the definition.
void check_bf16(const KernelTable<float>& table, const PoolShape& s, bool pooled, Activation kind, bool residual) {
  INFO("table ", fpcpu::kernels::name_of(table), " ", text(s), " pooled ", pooled, " activation ",
       static_cast<int>(kind), " residual ", residual);
  const KernelTable<float>& reference = fpcpu::kernels::eigen_bf16_table();
  const Inputs in(s, pooled);
  const Run<float> run(in);
  const std::size_t inputs = in.x.size();
  const std::size_t outputs = in.dy.size();
  const Guarded<Bf16> x(inputs);
  const Guarded<Bf16> dy(outputs);
  table.convert(in.x.data(), {x.data(), {DataType::bf16}}, inputs);
  table.convert(in.dy.data(), {dy.data(), {DataType::bf16}}, outputs);
  REQUIRE(x.intact());
  REQUIRE(dy.intact());
  const std::vector<float> other = coarse_values(inputs, 9);

  NormActPoolForward<float> f;
  f.shape = s, f.pooled = pooled, f.activation = {kind, 0.25F};
  f.scale = run.scale.data(), f.shift = run.shift.data(), f.residual = residual ? other.data() : nullptr;
  std::vector<float> y_want(outputs);
  std::vector<std::uint8_t> argmax_want(outputs);
  f.x = x.data(), f.y = y_want.data(), f.argmax = pooled ? argmax_want.data() : nullptr;
  reference.norm_act_pool_forward(f);
  const Guarded<float> y = filled(outputs, kNan);
  const Guarded<std::uint8_t> argmax(outputs);
  f.y = y.data(), f.argmax = pooled ? argmax.data() : nullptr;
  table.norm_act_pool_forward(f);
  CHECK(worst_error(y, widened(y_want)) <= 1.0);
  if (pooled) CHECK(std::equal(argmax_want.begin(), argmax_want.end(), argmax.data()));
  CHECK(y.intact());
  CHECK(argmax.intact());

  const std::size_t channels = static_cast<std::size_t>(s.c);
  NormActPoolBackward<float> a = run.backward(s, pooled, kind, argmax_want.data(), nullptr);
  if (residual) a.y = y_want.data();
  a.x = x.data();
  std::vector<double> sums_want(2 * channels, 1.0);
  std::vector<double> sums = sums_want;
  a.sums = sums_want.data();
  reference.norm_act_pool_backward_sums(a);
  a.sums = sums.data();
  table.norm_act_pool_backward_sums(a);
  CHECK(worst_error(sums, sums_want,
                    std::vector<double>(2 * channels, 13.0 * static_cast<double>(outputs / channels))) <= 1.0);
  for (const bool kept_dy : {false, true}) {
    if (kept_dy && residual) continue;
    CAPTURE(kept_dy);
    if (kept_dy) a.dy = dy.data();
    std::vector<float> dx_want(inputs, kNan);
    const Guarded<float> dx = filled(inputs, kNan);
    a.dx = dx_want.data();
    reference.norm_act_pool_backward_data(a);
    a.dx = dx.data();
    table.norm_act_pool_backward_data(a);
    CHECK(worst_error(dx, widened(dx_want), std::vector<double>(inputs, 46.0)) <= 1.0);
    CHECK(dx.intact());
  }
}

/// The values that these numbers have once they are stored.
std::vector<double> as_stored(const std::vector<float>& values, const fpcpu::StoredTarget& to) {
  fpcpu::convert(values.data(), to, values.size());
  std::vector<double> result(values.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = fpcpu::value_at({to.data, to.storage}, i);
  return result;
}

/// Inputs and gradients stored in any way are to the definition the same as the values they stand for.
template <class T>
void check_stored(const Storage& storage, const PoolShape& s, bool pooled) {
  INFO("stored as ", std::string(to_string(storage.type)), ", pooled ", pooled);
  const KernelTable<T>& table = fpcpu::kernels::eigen_table<T>();
  const Inputs in(s, pooled);
  const std::size_t inputs = in.x.size();
  const std::size_t outputs = in.dy.size();
  std::vector<std::byte> x(inputs * size_of(storage.type));
  std::vector<std::byte> dy(outputs * size_of(storage.type));
  Run<T> run(in);
  const std::vector<double> x_values = as_stored(in.x, {x.data(), storage});
  const std::vector<double> dy_values = as_stored(in.dy, {dy.data(), storage});
  run.x.assign(x_values.begin(), x_values.end());
  run.dy.assign(dy_values.begin(), dy_values.end());
  const auto results = [&](const fpcpu::StoredView& from_x, const fpcpu::StoredView& from_dy) {
    NormActPoolForward<T> f;
    f.shape = s, f.pooled = pooled, f.activation = {Activation::relu, 0.0F};
    f.x = from_x, f.scale = run.scale.data(), f.shift = run.shift.data();
    std::vector<T> y(outputs);
    std::vector<std::uint8_t> argmax(outputs);
    f.y = y.data(), f.argmax = pooled ? argmax.data() : nullptr;
    table.norm_act_pool_forward(f);
    NormActPoolBackward<T> a = run.backward(s, pooled, Activation::relu, argmax.data(), nullptr);
    a.x = from_x, a.dy = from_dy;
    std::vector<double> sums(2 * static_cast<std::size_t>(s.c));
    a.sums = sums.data();
    table.norm_act_pool_backward_sums(a);
    std::vector<T> dx(inputs);
    a.dx = dx.data();
    table.norm_act_pool_backward_data(a);
    return std::tuple(y, argmax, sums, dx);
  };
  CHECK(results({x.data(), storage}, {dy.data(), storage}) == results(run.x.data(), run.dy.data()));
}

}  // namespace

TEST_CASE("the definition reads inputs and gradients stored in any way") {
  PoolShape s;
  s.h = 6, s.w = 8, s.c = 5, s.oh = 3, s.ow = 4;
  for (const Storage storage : {Storage{DataType::fp64}, Storage{DataType::fp32}, Storage{DataType::bf16},
                                Storage{DataType::fp16}, Storage{DataType::int8, 0.03F}}) {
    for (const bool pooled : {false, true}) {
      check_stored<float>(storage, s, pooled);
      check_stored<double>(storage, s, pooled);
    }
  }
}

TEST_CASE("tables for bf16 read rounded inputs and gradients") {
  for (const KernelTable<float>* table : tables()) {
    if (table->precision != fpcpu::Precision::bf16) continue;
    for (const Activation kind : {Activation::none, Activation::relu, Activation::relu6, Activation::hard_swish}) {
      for_each_pool([&](const PoolShape& s) { check_bf16(*table, s, true, kind, false); });
      for (const int c : {1, 15, 16, 33}) {
        for (const int w : {1, 16, 17}) {
          PoolShape s;
          s.h = 3, s.w = w, s.c = c;
          check_bf16(*table, s, false, kind, false);
          if (kind != Activation::hard_swish) check_bf16(*table, s, false, kind, true);
        }
      }
    }
  }
}

TEST_CASE("rounding to bf16 is to nearest even, and what is not finite stays so") {
  std::vector<const KernelTable<float>*> all = tables();
  all.push_back(&fpcpu::kernels::eigen_bf16_table());
  for (const KernelTable<float>* table : all) {
    CHECK((table->kept.type == DataType::bf16) == (table->precision == fpcpu::Precision::bf16));
    CHECK((table->convert != nullptr) == (table->kept.type == DataType::bf16));
    if (table->convert == nullptr) continue;
    for (const std::size_t n : {1U, 2U, 15U, 16U, 31U, 32U, 33U, 64U, 97U}) {
      std::vector<float> values = random_values(n, 3);
      values[0] = 1.00390625F;  // a tie between 1 and 1.0078125
      const Guarded<Bf16> rounded(n);
      table->convert(values.data(), {rounded.data(), {DataType::bf16}}, n);
      for (std::size_t i = 0; i < n; ++i) {
        const auto bits = std::bit_cast<std::uint32_t>(values[i]);
        CHECK(rounded[i].bits == (bits + 0x7FFF + (bits >> 16U & 1U)) >> 16U);
      }
      CHECK(rounded.intact());
    }
    constexpr float kInf = std::numeric_limits<float>::infinity();
    const std::vector<float> special{kInf, -kInf, kNan};
    const Guarded<Bf16> rounded(3);
    table->convert(special.data(), {rounded.data(), {DataType::bf16}}, 3);
    CHECK(rounded[0].bits == 0x7F80);
    CHECK(rounded[1].bits == 0xFF80);
    CHECK((rounded[2].bits & 0x7F80) == 0x7F80);
    CHECK((rounded[2].bits & 0x007F) != 0);
  }
}

TEST_CASE("normalise, add and activate agree with the reference") {
  for (const Activation kind : {Activation::none, Activation::relu, Activation::leaky_relu, Activation::relu6}) {
    for (const int c : {1, 15, 16, 33}) {
      for (const int w : {1, 16, 17}) {
        PoolShape s;
        s.h = 3, s.w = w, s.c = c;
        check_residual(s, kind);
      }
    }
  }
}

TEST_CASE("normalise, activate and pool agree with the reference") {
  for (const Activation kind :
       {Activation::none, Activation::relu, Activation::leaky_relu, Activation::relu6, Activation::hard_swish}) {
    for_each_pool([&](const PoolShape& s) { check(s, true, kind); });
  }
}

TEST_CASE("normalise and activate without pooling agree with the reference") {
  for (const Activation kind :
       {Activation::none, Activation::relu, Activation::leaky_relu, Activation::relu6, Activation::hard_swish}) {
    for (const int c : {1, 3, 15, 16, 17, 33}) {
      for (const int w : {1, 15, 16, 17, 40}) {
        PoolShape s;
        s.h = 3, s.w = w, s.c = c;
        check(s, false, kind);
      }
    }
  }
}
