// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <map>

#include "kernels/conv_reference.hpp"

/// Compares the three passes of a convolution of every instruction set with the Eigen kernels: in double, or with the
/// factors that bf16 rounds.
namespace fpcpu::testing {

/// What beta = 1 adds to.
inline constexpr float kBefore = 0.5F;

[[nodiscard]] inline std::vector<double> plus(std::vector<double> values, float beta) {
  for (double& v : values) v += static_cast<double>(beta * kBefore);
  return values;
}

/// What an algorithm may lose over sums, in multiples of what the plain sum may, and of the largest result instead of
/// each: its transforms mix the values of a tile. Measured over the shapes of conv_test.cpp: 0.22 at most for the plain
/// sum, 0.15 for F(2x2), 0.99 for F(4x4); against their definition 0.12 for the plain sum and F(2x2) in bf16.
[[nodiscard]] inline double allowed_loss(kernels::ConvAlgorithm algorithm) {
  switch (algorithm) {
    case kernels::ConvAlgorithm::winograd2:
      return 0.5;
    case kernels::ConvAlgorithm::winograd4:
      return 2.5;
    default:
      return 1.0;
  }
}

/// Of F(4x4) in bf16, |got - want| / |want|: in float some transformed values are a last bit off, and a few of those
/// round to the next bfloat16. At most 2.5e-4 over the shapes of conv_test.cpp; rounding itself changes 1.1e-2.
inline constexpr double kWinograd4Bf16 = 1e-3;

/// body(range) for ranges that make up `channels`, of two sizes so that several borders are seen; the last comes first,
/// and what a call writes above its range is found at the end.
template <class Body>
void for_each_range(int channels, const Body& body) {
  const int border = kernels::kSharedColumns;
  if (channels > 3 * border) body(kernels::ChannelRange{3 * border, channels});
  if (channels > border) body(kernels::ChannelRange{border, std::min(channels, 3 * border)});
  body(kernels::ChannelRange{0, std::min(channels, border)});
}

/// Channels must not depend on which are asked for, to the bit. Eigen's product blocks by size and does not promise it.
inline void check_same(const kernels::KernelTable<float>& table, const Guarded<float>& parts,
                       const Guarded<float>& all) {
  CHECK(parts.intact());
  if (table.isa != Isa::eigen) CHECK(std::equal(parts.data(), parts.data() + parts.size(), all.data()));
}

/// A convolution, what goes into it and what should come out.
class ConvProblem {
 public:
  ConvProblem(const kernels::ConvShape& s, bool is_depthwise, kernels::ActivationSpec f)
      : shape(s),
        depthwise(is_depthwise),
        activation(f),
        forward_length(s.kh * s.kw * depth()),
        data_length(s.kh * s.kw * (depthwise ? 1 : s.k / s.groups)),
        pixels(s.n * s.oh * s.ow),
        in{random_values(count(s.n * s.h, s.w, s.c), 1), random_values(count(s.kh * s.kw, depth(), s.k), 2),
           random_values(count(1, 1, s.k), 3), random_values(count(s.n * s.oh, s.ow, s.k), 4)},
        x(copy_of(in.x)),
        w(copy_of(in.w)),
        bias(copy_of(in.bias)),
        dy(copy_of(in.dy)),
        magnitude(conv_reference(kernels::eigen_table<double>(), s, depthwise, in, f, true)),
        exact_(conv_reference(kernels::eigen_table<double>(), s, depthwise, in, f, false)) {}

  [[nodiscard]] static std::size_t count(int a, int b, int c) {
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(b) * static_cast<std::size_t>(c);
  }

  /// With the factors that the algorithm rounds.
  [[nodiscard]] const ConvResult& wanted(const kernels::ConvShape& s) {
    if (depthwise || s.algorithm < kernels::ConvAlgorithm::direct_bf16) return exact_;
    const auto found = rounded_.find(s.algorithm);
    if (found != rounded_.end()) return found->second;
    return rounded_[s.algorithm] = conv_reference(kernels::eigen_bf16_table(), s, false, in, activation, false);
  }

  kernels::ConvShape shape;
  bool depthwise;
  kernels::ActivationSpec activation;
  double forward_length, data_length, pixels;  // terms of the sums
  ConvInputs in;
  Guarded<float> x, w, bias, dy;
  ConvResult magnitude;

 private:
  [[nodiscard]] int depth() const { return depthwise ? 1 : shape.c / shape.groups; }

  ConvResult exact_;
  std::map<kernels::ConvAlgorithm, ConvResult> rounded_;
};

/// The three passes of one table with one algorithm: whole, and in the parts that threads share.
class ConvRun {
 public:
  ConvRun(const ConvProblem& problem, const ConvResult& want, const kernels::KernelTable<float>& table,
          const kernels::ConvShape& s)
      : p_(problem),
        want_(want),
        table_(table),
        s_(s),
        passes_(conv_passes(table, problem.depthwise)),
        scratch_(scratch_of(passes_.scratch_size(s))),
        y_(filled(problem.in.dy.size(), kNan)),
        added_(residual(0, problem.in.dy.size())),
        sums_(want.sums.size(), 0.0) {
    for (const kernels::ConvPass pass : {kernels::ConvPass::forward, kernels::ConvPass::backward_data}) {
      packed_.push_back(scratch_of(passes_.packs ? table.conv_packed_size(s, pass) : 0));
      if (packed_.back().size() > 0) table.conv_pack(s, pass, p_.w.data(), packed_.back().data());
      CHECK(packed_.back().intact());
    }
  }

  void check() {
    check_forward();
    if (!p_.depthwise) check_addition();
    for (const bool add : {false, true}) {
      if (p_.depthwise && add) continue;
      CAPTURE(add);
      if (s_.n == 1) check_rows(add);
      if (shares(s_.k) && clamps()) check_output_channels(add);
    }
    for (const float beta : {0.0F, 1.0F}) {
      CAPTURE(beta);
      check_data(beta);
      check_weights(beta);
    }
    CHECK(scratch_.intact());
  }

 private:
  [[nodiscard]] bool shares(int channels) const {
    return !p_.depthwise && s_.groups == 1 && channels > kernels::kSharedColumns;
  }
  /// Only such activations can follow some of the channels.
  [[nodiscard]] bool clamps() const {
    const kernels::Activation kind = p_.activation.kind;
    return kind == kernels::Activation::none || kind == kernels::Activation::relu || kind == kernels::Activation::relu6;
  }

  template <class Got>
  void check_near(const Got& got, const std::vector<double>& wanted, std::vector<double> size, double length) const {
    if (s_.algorithm == kernels::ConvAlgorithm::winograd4_bf16) {
      CHECK(relative_norm(got, wanted) <= kWinograd4Bf16);
      return;
    }
    if (s_.algorithm != kernels::ConvAlgorithm::direct) {
      std::fill(size.begin(), size.end(), *std::max_element(size.begin(), size.end()));
    }
    CHECK(worst_error(got, wanted, size, length) <= allowed_loss(s_.algorithm));
  }

  /// dy serves as the residual that is added to.
  [[nodiscard]] Guarded<float> residual(std::size_t first, std::size_t size) const {
    Guarded<float> buffer(size);
    std::copy_n(p_.in.dy.begin() + static_cast<std::ptrdiff_t>(first), size, buffer.data());
    return buffer;
  }
  [[nodiscard]] Guarded<float> output(bool add, std::size_t first, std::size_t size) const {
    return add ? residual(first, size) : filled(size, kNan);
  }

  [[nodiscard]] kernels::ConvForward<float> forward(bool add, const Guarded<float>& y) const {
    kernels::ConvForward<float> f;
    f.x = p_.x.data(), f.w = p_.w.data(), f.packed = packed_[0].data(), f.bias = p_.bias.data();
    f.activation = p_.activation, f.add = add, f.row_end = s_.oh, f.y = y.data(), f.scratch = scratch_.data();
    return f;
  }

  void check_forward() {
    kernels::ConvForward<float> f = forward(false, y_);
    if (!p_.depthwise) f.sums = sums_.data();
    passes_.forward(s_, f);
    check_near(y_, want_.y, p_.magnitude.y, p_.forward_length);
    CHECK(y_.intact());
    check_near(sums_, want_.sums, p_.magnitude.sums, p_.forward_length);
  }

  void check_addition() {
    passes_.forward(s_, forward(true, added_));
    check_near(added_, want_.added, p_.magnitude.added, p_.forward_length);
    CHECK(added_.intact());
  }

  /// Rows must not depend on which rows are asked for, to the bit. Eigen's product blocks by size and does not promise
  /// it.
  void check_rows(bool add) {
    const int begin = s_.oh / 3;
    const int end = s_.oh - s_.oh / 4;
    const std::size_t skipped = ConvProblem::count(begin, s_.ow, s_.k);
    const Guarded<float> band = output(add, skipped, ConvProblem::count(end - begin, s_.ow, s_.k));
    kernels::ConvForward<float> f = forward(add, band);
    f.row_begin = begin, f.row_end = end;
    passes_.forward(s_, f);
    const auto part = [&](const std::vector<double>& v) {
      const auto first = v.begin() + static_cast<std::ptrdiff_t>(skipped);
      return std::vector<double>(first, first + static_cast<std::ptrdiff_t>(band.size()));
    };
    check_near(band, part(add ? want_.added : want_.y), part(add ? p_.magnitude.added : p_.magnitude.y),
               p_.forward_length);
    const Guarded<float>& all = add ? added_ : y_;
    if (table_.isa != Isa::eigen) CHECK(std::equal(band.data(), band.data() + band.size(), all.data() + skipped));
    CHECK(band.intact());
  }

  void check_output_channels(bool add) {
    const Guarded<float> channels = output(add, 0, p_.in.dy.size());
    std::vector<double> sums(sums_.size(), 0.0);
    kernels::ConvForward<float> f = forward(add, channels);
    f.sums = add ? nullptr : sums.data();
    for_each_range(s_.k, [&](kernels::ChannelRange range) {
      f.channels = range;
      passes_.forward(s_, f);
    });
    check_near(channels, add ? want_.added : want_.y, add ? p_.magnitude.added : p_.magnitude.y, p_.forward_length);
    check_same(table_, channels, add ? added_ : y_);
    if (!add && table_.isa != Isa::eigen) CHECK(sums == sums_);
  }

  void check_data(float beta) {
    const float before = beta == 0.0F ? kNan : kBefore;
    const Guarded<float> dx = filled(p_.in.x.size(), before);
    kernels::ConvBackwardData<float> data;
    data.dy = p_.dy.data(), data.w = p_.w.data(), data.packed = packed_[1].data();
    data.dx = dx.data(), data.beta = beta, data.scratch = scratch_.data();
    passes_.backward_data(s_, data);
    check_near(dx, plus(want_.dx, beta), plus(p_.magnitude.dx, beta), p_.data_length);
    CHECK(dx.intact());
    if (!shares(s_.c)) return;
    const Guarded<float> parts = filled(p_.in.x.size(), before);
    data.dx = parts.data();
    for_each_range(s_.c, [&](kernels::ChannelRange range) {
      data.channels = range;
      passes_.backward_data(s_, data);
    });
    check_near(parts, plus(want_.dx, beta), plus(p_.magnitude.dx, beta), p_.data_length);
    check_same(table_, parts, dx);
  }

  void check_weights(float beta) {
    const float before = beta == 0.0F ? kNan : kBefore;
    const Guarded<float> dw = filled(p_.in.w.size(), before);
    const Guarded<float> db = filled(p_.in.bias.size(), before);
    kernels::ConvBackwardWeights<float> weights;
    weights.x = p_.x.data(), weights.dy = p_.dy.data(), weights.dw = dw.data(), weights.db = db.data();
    weights.beta = beta, weights.scratch = scratch_.data();
    passes_.backward_weights(s_, weights);
    check_near(dw, plus(want_.dw, beta), plus(p_.magnitude.dw, beta), p_.pixels);
    check_near(db, plus(want_.db, beta), plus(p_.magnitude.db, beta), p_.pixels);
    CHECK(dw.intact());
    CHECK(db.intact());
    if (!shares(s_.k)) return;
    const Guarded<float> parts = filled(p_.in.w.size(), before);
    const Guarded<float> bias_parts = filled(p_.in.bias.size(), before);
    weights.dw = parts.data(), weights.db = bias_parts.data();
    for_each_range(s_.k, [&](kernels::ChannelRange range) {
      weights.channels = range;
      passes_.backward_weights(s_, weights);
    });
    check_near(parts, plus(want_.dw, beta), plus(p_.magnitude.dw, beta), p_.pixels);
    check_same(table_, parts, dw);
    check_same(table_, bias_parts, db);
  }

  const ConvProblem& p_;
  const ConvResult& want_;
  const kernels::KernelTable<float>& table_;
  const kernels::ConvShape s_;
  ConvPasses<float> passes_;
  Guarded<float> scratch_;
  std::vector<Guarded<float>> packed_;
  Guarded<float> y_;      // of all rows and channels
  Guarded<float> added_;  // and with a residual
  std::vector<double> sums_;
};

inline void check_conv(const kernels::ConvShape& asked, bool depthwise, kernels::ActivationSpec activation) {
  ConvProblem problem(asked, depthwise, activation);
  struct Way {
    kernels::ConvAlgorithm algorithm;
    bool weights_once = false;
  };
  using enum kernels::ConvAlgorithm;
  const auto ways = {Way{direct},
                     Way{winograd2},
                     Way{winograd4},
                     Way{direct_bf16},
                     Way{winograd2_bf16},
                     Way{winograd4_bf16},
                     Way{winograd2, true},
                     Way{winograd4, true},
                     Way{winograd2_bf16, true},
                     Way{winograd4_bf16, true}};
  for (const kernels::KernelTable<float>* table : tables()) {
    for (const Way way : ways) {
      kernels::ConvShape s = asked;
      s.algorithm = way.algorithm;
      s.weights_once = way.weights_once;
      // A bf16 table does nothing of its own for the other algorithms.
      if (depthwise ? way.algorithm != direct || table->precision != Precision::fp32
                    : table->conv_algorithm(s, kernels::ConvPass::forward) != way.algorithm) {
        continue;
      }
      INFO("table ", kernels::name_of(*table), " ", text(s), way.weights_once ? " weights once" : "");
      if (way.weights_once) CHECK(table->conv_packed_size(s, kernels::ConvPass::forward) == 0);
      ConvRun(problem, problem.wanted(s), *table, s).check();
    }
  }
}

}  // namespace fpcpu::testing
