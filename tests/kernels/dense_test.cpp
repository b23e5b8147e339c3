// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "kernels/guarded.hpp"

using namespace fpcpu;
using namespace fpcpu::testing;
using kernels::Activation;
using kernels::DenseShape;

namespace {

struct Inputs {
  std::vector<float> x, w, bias, dy;
};

struct Result {
  std::vector<double> y, dx, dw, db;
};

/// What a table of Eigen's makes of the three passes.
template <class T>
Result reference(const kernels::KernelTable<T>& table, const DenseShape& s, const Inputs& in, Activation activation,
                 bool absolute) {
  const auto values = [&](const std::vector<float>& v) {
    const std::vector<double> wide = widened(v, absolute);
    return std::vector<T>(wide.begin(), wide.end());
  };
  const auto x = values(in.x);
  const auto w = values(in.w);
  const auto bias = values(in.bias);
  const auto dy = values(in.dy);
  const AlignedBuffer<T> scratch(table.dense_scratch_size(s));
  std::vector<T> y(dy.size());
  std::vector<T> dx(x.size());
  std::vector<T> dw(w.size());
  std::vector<T> db(bias.size());
  kernels::DenseForward<T> f;
  f.x = x.data(), f.w = w.data(), f.bias = bias.data(), f.end = s.outputs, f.y = y.data(), f.scratch = scratch.data();
  if (!absolute) f.activation.kind = activation;
  table.dense_forward(s, f);
  kernels::DenseBackwardData<T> d;
  d.dy = dy.data(), d.w = w.data(), d.end = s.inputs, d.dx = dx.data(), d.scratch = scratch.data();
  table.dense_backward_data(s, d);
  kernels::DenseBackwardWeights<T> g;
  g.x = x.data(), g.dy = dy.data(), g.end = s.inputs, g.dw = dw.data(), g.db = db.data(), g.scratch = scratch.data();
  table.dense_backward_weights(s, g);
  const auto wide = [](const std::vector<T>& v) { return std::vector<double>(v.begin(), v.end()); };
  return {wide(y), wide(dx), wide(dw), wide(db)};
}

/// How the columns of a layer are shared: all at once, one panel of the widest vectors at a time, or one and the rest.
enum class Sharing { whole, panels, first_and_rest };

/// Calls body(begin, end) for ranges of the columns [0, count).
template <class Body>
void for_ranges(int count, Sharing sharing, const Body& body) {
  for (int begin = 0, end = 0; begin < count; begin = end) {
    const bool rest = sharing == Sharing::whole || (sharing == Sharing::first_and_rest && begin > 0);
    end = rest ? count : std::min(count, begin + kernels::kSharedColumns);
    body(begin, end);
  }
}

std::size_t count(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

/// The passes of one table, their columns shared in one way, against what they should give.
struct Passes {
  const kernels::KernelTable<float>& table;
  const DenseShape& s;
  const Result& want;
  const Result& magnitude;
  Sharing sharing;
  const Guarded<float>& scratch;

  void run(kernels::DenseForward<float> f, const Guarded<float>& y) const {
    f.y = y.data(), f.scratch = scratch.data();
    for_ranges(s.outputs, sharing, [&](int begin, int end) {
      f.begin = begin, f.end = end;
      table.dense_forward(s, f);
    });
    CHECK(y.intact());
  }
  /// From the weights, and to the same bits from packed ones.
  [[nodiscard]] Guarded<float> forward(kernels::DenseForward<float> f, const Guarded<float>& packed) const {
    Guarded<float> y = filled(want.y.size(), kNan);
    run(f, y);
    CHECK(worst_error(y, want.y, magnitude.y, s.inputs) <= 1.0);
    if (packed.size() == 0) return y;
    const Guarded<float> from_packed = filled(want.y.size(), kNan);
    f.w = nullptr, f.packed = packed.data();
    run(f, from_packed);
    CHECK(std::equal(y.data(), y.data() + y.size(), from_packed.data()));
    return y;
  }
  [[nodiscard]] Guarded<float> data(kernels::DenseBackwardData<float> d, float beta) const {
    Guarded<float> dx = filled(want.dx.size(), beta == 0.0F ? kNan : 0.5F);
    d.dx = dx.data(), d.beta = beta, d.scratch = scratch.data();
    for_ranges(s.inputs, sharing, [&](int begin, int end) {
      d.begin = begin, d.end = end;
      table.dense_backward_data(s, d);
    });
    const auto plus_before = [&](std::vector<double> values) {
      for (double& v : values) v += 0.5 * static_cast<double>(beta);
      return values;
    };
    CHECK(worst_error(dx, plus_before(want.dx), plus_before(magnitude.dx), s.outputs) <= 1.0);
    CHECK(dx.intact());
    return dx;
  }
  [[nodiscard]] Guarded<float> weights(kernels::DenseBackwardWeights<float> g) const {
    Guarded<float> dw = filled(want.dw.size(), kNan);
    const Guarded<float> db = filled(want.db.size(), kNan);
    g.dw = dw.data(), g.db = db.data(), g.scratch = scratch.data();
    for_ranges(s.inputs, sharing, [&](int begin, int end) {
      g.begin = begin, g.end = end;
      table.dense_backward_weights(s, g);
    });
    CHECK(worst_error(dw, want.dw, magnitude.dw, s.rows) <= 1.0);
    CHECK(worst_error(db, want.db, magnitude.db, s.rows) <= 1.0);
    CHECK(dw.intact());
    CHECK(db.intact());
    return dw;
  }
};

void check(const DenseShape& s, Activation activation = Activation::none) {
  const Inputs in{random_values(count(s.rows, s.inputs), 1), random_values(count(s.inputs, s.outputs), 2),
                  random_values(count(1, s.outputs), 3), random_values(count(s.rows, s.outputs), 4)};
  const Result exact = reference(kernels::eigen_table<double>(), s, in, activation, false);
  const Result rounded = reference(kernels::eigen_bf16_table(), s, in, activation, false);
  const Result magnitude = reference(kernels::eigen_table<double>(), s, in, activation, true);
  const Guarded<float> x = copy_of(in.x);
  const Guarded<float> w = copy_of(in.w);
  const Guarded<float> bias = copy_of(in.bias);
  const Guarded<float> dy = copy_of(in.dy);
  kernels::DenseForward<float> f;
  f.x = x.data(), f.w = w.data(), f.bias = bias.data(), f.activation.kind = activation;
  kernels::DenseBackwardData<float> d;
  d.dy = dy.data(), d.w = w.data();
  kernels::DenseBackwardWeights<float> g;
  g.x = x.data(), g.dy = dy.data();
  for (const auto* table : tables()) {
    const Result& want = table->precision == Precision::bf16 ? rounded : exact;
    INFO("table ", kernels::name_of(*table), " rows ", s.rows, " inputs ", s.inputs, " outputs ", s.outputs);
    const Guarded<float> packed = filled(table->dense_packed_size(s), kNan);
    table->dense_pack(s, w.data(), packed.data());
    CHECK(packed.intact());
    const Guarded<float> scratch = scratch_of(table->dense_scratch_size(s));
    std::vector<float> first;
    for (const Sharing sharing : {Sharing::whole, Sharing::panels, Sharing::first_and_rest}) {
      const Passes passes{*table, s, want, magnitude, sharing, scratch};
      std::vector<float> all;
      const auto add = [&](const Guarded<float>& result) {
        all.insert(all.end(), result.data(), result.data() + result.size());
      };
      add(passes.forward(f, packed));
      for (const float beta : {0.0F, 1.0F}) add(passes.data(d, beta));
      add(passes.weights(g));
      // Whoever computes a column, its bits are the same. Eigen's products block by size and do not promise it.
      if (sharing == Sharing::whole) first = all;
      if (table->isa != Isa::eigen) CHECK(all == first);
    }
    CHECK(scratch.intact());
  }
}

}  // namespace

TEST_CASE("dense layers agree with the reference") {
  for (const int rows : {1, 2, 5, 14, 32, 33}) {
    check({rows, 3, 1});
    check({rows, 37, 28});
    check({rows, 300, 64});
    check({rows, 257, 97});
  }
  check({4, 1024, 512});
  check({3, 2100, 40});
}

TEST_CASE("a row of a dense layer has the same bits alone and among others") {
  const DenseShape five{5, 300, 75};
  const DenseShape one{1, five.inputs, five.outputs};
  const auto x = random_values(count(five.rows, five.inputs), 1);
  const auto w = random_values(count(five.inputs, five.outputs), 2);
  const auto bias = random_values(count(1, five.outputs), 3);
  for (const auto* table : tables()) {
    if (table->isa == Isa::eigen) continue;
    INFO("table ", kernels::name_of(*table));
    const auto forward = [&](const DenseShape& shape, const float* inputs) {
      std::vector<float> y(count(shape.rows, shape.outputs));
      const AlignedBuffer<float> scratch(table->dense_scratch_size(shape));
      kernels::DenseForward<float> f;
      f.x = inputs, f.w = w.data(), f.bias = bias.data(), f.activation.kind = Activation::relu;
      f.end = shape.outputs, f.y = y.data(), f.scratch = scratch.data();
      table->dense_forward(shape, f);
      return y;
    };
    const std::vector<float> together = forward(five, x.data());
    for (int r = 0; r < five.rows; ++r) {
      const std::vector<float> alone = forward(one, x.data() + static_cast<std::size_t>(r) * count(1, five.inputs));
      CHECK(std::equal(alone.begin(), alone.end(), together.begin() + static_cast<std::ptrdiff_t>(r) * five.outputs));
    }
  }
}

TEST_CASE("activations in the epilogue of a dense layer") {
  for (const Activation kind : {Activation::relu, Activation::relu6, Activation::hard_swish, Activation::tanh}) {
    CAPTURE(static_cast<int>(kind));
    check({5, 40, 33}, kind);
  }
}
