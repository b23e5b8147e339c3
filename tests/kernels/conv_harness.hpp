// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <map>

#include "kernels/guarded.hpp"

/// Compares the three passes of a convolution of every instruction set with the Eigen kernels: in double, or with the
/// factors that bf16 rounds.
namespace fpcpu::testing {

/// The entries of a table that make up one kind of convolution.
template <class T>
struct ConvPasses {
  std::function<std::size_t(const kernels::ConvShape&)> scratch_size;  // of any pass
  void (*forward)(const kernels::ConvShape&, const kernels::ConvForward<T>&) noexcept;
  void (*backward_data)(const kernels::ConvShape&, const kernels::ConvBackwardData<T>&) noexcept;
  void (*backward_weights)(const kernels::ConvShape&, const kernels::ConvBackwardWeights<T>&) noexcept;
  bool packs;
};

template <class T>
[[nodiscard]] ConvPasses<T> conv_passes(const kernels::KernelTable<T>& t, bool depthwise) {
  if (depthwise) {
    return {t.depthwise_scratch_size, t.depthwise_forward, t.depthwise_backward_data, t.depthwise_backward_weights,
            false};
  }
  const auto scratch_size = [&t](const kernels::ConvShape& s) {
    using enum kernels::ConvPass;
    return std::max({t.conv_scratch_size(s, forward), t.conv_scratch_size(s, backward_data),
                     t.conv_scratch_size(s, backward_weights)});
  };
  return {scratch_size, t.conv_forward, t.conv_backward_data, t.conv_backward_weights, true};
}

/// What beta = 1 adds to.
inline constexpr float kBefore = 0.5F;

struct ConvResult {
  std::vector<double> y, added, sums, dx, dw, db;
};

struct ConvInputs {
  std::vector<float> x, w, bias, dy;
};

/// What a table of Eigen's makes of the three passes.
template <class T>
[[nodiscard]] ConvResult conv_reference(const kernels::KernelTable<T>& table, const kernels::ConvShape& s,
                                        bool depthwise, const ConvInputs& in, kernels::ActivationSpec activation,
                                        bool absolute) {
  const ConvPasses<T> passes = conv_passes(table, depthwise);
  const auto values = [&](const std::vector<float>& v) {
    const std::vector<double> wide = widened(v, absolute);
    return std::vector<T>(wide.begin(), wide.end());
  };
  const std::vector<T> x = values(in.x);
  const std::vector<T> w = values(in.w);
  const std::vector<T> bias = values(in.bias);
  const std::vector<T> dy = values(in.dy);
  AlignedBuffer<T> scratch(passes.scratch_size(s));
  std::vector<T> y(dy.size());
  std::vector<T> added = dy;
  std::vector<double> sums(2 * bias.size());
  std::vector<T> dx(x.size());
  std::vector<T> dw(w.size());
  std::vector<T> db(bias.size());
  kernels::ConvForward<T> forward;
  forward.x = x.data(), forward.w = w.data(), forward.bias = bias.data();
  forward.activation = absolute ? kernels::ActivationSpec{} : activation;
  forward.row_end = s.oh, forward.y = y.data(), forward.scratch = scratch.data();
  if (!depthwise) forward.sums = sums.data();
  passes.forward(s, forward);
  if (!depthwise) {
    forward.sums = nullptr;
    forward.add = true, forward.y = added.data();
    passes.forward(s, forward);
  }
  kernels::ConvBackwardData<T> data;
  data.dy = dy.data(), data.w = w.data(), data.dx = dx.data(), data.scratch = scratch.data();
  passes.backward_data(s, data);
  kernels::ConvBackwardWeights<T> weights;
  weights.x = x.data(), weights.dy = dy.data(), weights.dw = dw.data(), weights.db = db.data();
  weights.scratch = scratch.data();
  passes.backward_weights(s, weights);
  const auto wide = [](const std::vector<T>& v) { return std::vector<double>(v.begin(), v.end()); };
  return {wide(y), wide(added), sums, wide(dx), wide(dw), wide(db)};
}

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

inline void check_conv(const kernels::ConvShape& asked, bool depthwise, kernels::ActivationSpec activation) {
  const auto count = [&](int a, int b, int c) { return static_cast<std::size_t>(a * b) * static_cast<std::size_t>(c); };
  const auto images = static_cast<std::size_t>(asked.n);
  const std::size_t weights_size =
      count(asked.kh, asked.kw, depthwise ? 1 : asked.c / asked.groups) * static_cast<std::size_t>(asked.k);
  const ConvInputs in{random_values(images * count(asked.h, asked.w, asked.c), 1), random_values(weights_size, 2),
                      random_values(static_cast<std::size_t>(asked.k), 3),
                      random_values(images * count(asked.oh, asked.ow, asked.k), 4)};
  const kernels::KernelTable<double>& reference = kernels::eigen_table<double>();
  const ConvResult exact = conv_reference(reference, asked, depthwise, in, activation, false);
  const ConvResult magnitude = conv_reference(reference, asked, depthwise, in, activation, true);
  std::map<kernels::ConvAlgorithm, ConvResult> rounded;
  const auto wanted_of = [&](const kernels::ConvShape& s) -> const ConvResult& {
    if (depthwise || s.algorithm < kernels::ConvAlgorithm::direct_bf16) return exact;
    const auto found = rounded.find(s.algorithm);
    if (found != rounded.end()) return found->second;
    return rounded[s.algorithm] = conv_reference(kernels::eigen_bf16_table(), s, false, in, activation, false);
  };
  const int depth = depthwise ? 1 : asked.c / asked.groups;
  const double forward_length = asked.kh * asked.kw * depth;
  const double data_length = asked.kh * asked.kw * (depthwise ? 1 : asked.k / asked.groups);
  const double pixels = asked.n * asked.oh * asked.ow;
  const Guarded<float> x = copy_of(in.x);
  const Guarded<float> w = copy_of(in.w);
  const Guarded<float> bias = copy_of(in.bias);
  const Guarded<float> dy = copy_of(in.dy);

  for (const kernels::KernelTable<float>* own : tables()) {
    const kernels::KernelTable<float>& table = *own;
    const ConvPasses<float> passes = conv_passes(table, depthwise);
    struct Way {
      kernels::ConvAlgorithm algorithm;
      bool weights_once = false;
    };
    using enum kernels::ConvAlgorithm;
    for (const Way way :
         {Way{direct}, Way{winograd2}, Way{winograd4}, Way{direct_bf16}, Way{winograd2_bf16}, Way{winograd4_bf16},
          Way{winograd2, true}, Way{winograd4, true}, Way{winograd2_bf16, true}, Way{winograd4_bf16, true}}) {
      const kernels::ConvAlgorithm algorithm = way.algorithm;
      kernels::ConvShape s = asked;
      s.algorithm = algorithm;
      s.weights_once = way.weights_once;
      // A bf16 table does nothing of its own for the other algorithms.
      if (depthwise ? algorithm != kernels::ConvAlgorithm::direct || table.precision != Precision::fp32
                    : table.conv_algorithm(s, kernels::ConvPass::forward) != algorithm) {
        continue;
      }
      INFO("table ", kernels::name_of(table), " ", text(s), way.weights_once ? " weights once" : "");
      if (way.weights_once) CHECK(table.conv_packed_size(s, kernels::ConvPass::forward) == 0);
      const auto error = [&](const auto& got, const std::vector<double>& wanted, std::vector<double> size,
                             double length) {
        if (algorithm == winograd4_bf16) return relative_norm(got, wanted) / kWinograd4Bf16;
        if (algorithm != direct) std::fill(size.begin(), size.end(), *std::max_element(size.begin(), size.end()));
        return worst_error(got, wanted, size, length) / allowed_loss(algorithm);
      };
      const ConvResult& want = wanted_of(s);
      const Guarded<float> scratch = scratch_of(passes.scratch_size(s));
      std::vector<Guarded<float>> packed;
      for (const kernels::ConvPass pass : {kernels::ConvPass::forward, kernels::ConvPass::backward_data}) {
        packed.push_back(scratch_of(passes.packs ? table.conv_packed_size(s, pass) : 0));
        if (packed.back().size() > 0) table.conv_pack(s, pass, w.data(), packed.back().data());
        CHECK(packed.back().intact());
      }

      const Guarded<float> y = filled(in.dy.size(), kNan);
      std::vector<double> sums(want.sums.size(), 0.0);
      kernels::ConvForward<float> forward;
      forward.x = x.data(), forward.w = w.data(), forward.packed = packed[0].data(), forward.bias = bias.data();
      forward.activation = activation, forward.row_end = s.oh, forward.y = y.data(), forward.scratch = scratch.data();
      if (!depthwise) forward.sums = sums.data();
      passes.forward(s, forward);
      CHECK(error(y, want.y, magnitude.y, forward_length) <= 1.0);
      CHECK(y.intact());
      CHECK(error(sums, want.sums, magnitude.sums, forward_length) <= 1.0);

      const std::vector<double> sums_of_all = sums;

      // dy serves as the residual that is added to.
      const auto start_of = [&](bool add, std::size_t first, std::size_t size) {
        Guarded<float> buffer = filled(size, kNan);
        if (add) std::copy_n(in.dy.begin() + static_cast<std::ptrdiff_t>(first), size, buffer.data());
        return buffer;
      };
      const Guarded<float> added = start_of(!depthwise, 0, in.dy.size());
      if (!depthwise) {
        kernels::ConvForward<float> residual = forward;
        residual.add = true, residual.y = added.data(), residual.sums = nullptr;
        passes.forward(s, residual);
        CHECK(error(added, want.added, magnitude.added, forward_length) <= 1.0);
        CHECK(added.intact());
      }

      const bool ranges = !depthwise && s.groups == 1;
      for (const bool add : {false, true}) {
        if (depthwise && add) continue;
        CAPTURE(add);
        const Guarded<float>& all = add ? added : y;
        const std::vector<double>& wanted = add ? want.added : want.y;
        const std::vector<double>& size = add ? magnitude.added : magnitude.y;
        forward.add = add;
        if (s.n == 1) {
          const std::size_t row = count(1, s.ow, s.k);
          forward.row_begin = s.oh / 3, forward.row_end = s.oh - s.oh / 4;
          const std::size_t skipped = row * static_cast<std::size_t>(forward.row_begin);
          const Guarded<float> band =
              start_of(add, skipped, row * static_cast<std::size_t>(forward.row_end - forward.row_begin));
          forward.y = band.data();
          passes.forward(s, forward);
          const auto part = [&](const std::vector<double>& v) {
            const auto first = v.begin() + static_cast<std::ptrdiff_t>(skipped);
            return std::vector<double>(first, first + static_cast<std::ptrdiff_t>(band.size()));
          };
          CHECK(error(band, part(wanted), part(size), forward_length) <= 1.0);
          // Rows must not depend on which rows are asked for, to the bit. Eigen's product blocks by size and does not
          // promise it.
          if (table.isa != Isa::eigen) CHECK(std::equal(band.data(), band.data() + band.size(), all.data() + skipped));
          CHECK(band.intact());
        }

        const auto whole_activation = activation.kind != kernels::Activation::none &&
                                      activation.kind != kernels::Activation::relu &&
                                      activation.kind != kernels::Activation::relu6;
        if (ranges && s.k > kernels::kSharedColumns && !whole_activation) {
          const Guarded<float> channels = start_of(add, 0, in.dy.size());
          std::vector<double> sums_of_ranges(sums_of_all.size(), 0.0);
          kernels::ConvForward<float> part = forward;
          part.row_begin = 0, part.row_end = s.oh, part.y = channels.data();
          part.sums = add ? nullptr : sums_of_ranges.data();
          for_each_range(s.k, [&](kernels::ChannelRange range) {
            part.channels = range;
            passes.forward(s, part);
          });
          CHECK(error(channels, wanted, size, forward_length) <= 1.0);
          check_same(table, channels, all);
          if (!add && table.isa != Isa::eigen) CHECK(sums_of_ranges == sums_of_all);
        }
      }

      for (const float beta : {0.0F, 1.0F}) {
        CAPTURE(beta);
        const float before = beta == 0.0F ? kNan : kBefore;
        const Guarded<float> dx = filled(in.x.size(), before);
        kernels::ConvBackwardData<float> data;
        data.dy = dy.data(), data.w = w.data(), data.packed = packed[1].data();
        data.dx = dx.data(), data.beta = beta, data.scratch = scratch.data();
        passes.backward_data(s, data);
        CHECK(error(dx, plus(want.dx, beta), plus(magnitude.dx, beta), data_length) <= 1.0);
        CHECK(dx.intact());
        if (ranges && s.c > kernels::kSharedColumns) {
          const Guarded<float> parts = filled(in.x.size(), before);
          data.dx = parts.data();
          for_each_range(s.c, [&](kernels::ChannelRange range) {
            data.channels = range;
            passes.backward_data(s, data);
          });
          CHECK(error(parts, plus(want.dx, beta), plus(magnitude.dx, beta), data_length) <= 1.0);
          check_same(table, parts, dx);
        }

        const Guarded<float> dw = filled(in.w.size(), before);
        const Guarded<float> db = filled(in.bias.size(), before);
        kernels::ConvBackwardWeights<float> weights;
        weights.x = x.data(), weights.dy = dy.data(), weights.dw = dw.data(), weights.db = db.data();
        weights.beta = beta, weights.scratch = scratch.data();
        passes.backward_weights(s, weights);
        CHECK(error(dw, plus(want.dw, beta), plus(magnitude.dw, beta), pixels) <= 1.0);
        CHECK(error(db, plus(want.db, beta), plus(magnitude.db, beta), pixels) <= 1.0);
        CHECK(dw.intact());
        CHECK(db.intact());
        if (ranges && s.k > kernels::kSharedColumns) {
          const Guarded<float> parts = filled(in.w.size(), before);
          const Guarded<float> bias_parts = filled(in.bias.size(), before);
          weights.dw = parts.data(), weights.db = bias_parts.data();
          for_each_range(s.k, [&](kernels::ChannelRange range) {
            weights.channels = range;
            passes.backward_weights(s, weights);
          });
          CHECK(error(parts, plus(want.dw, beta), plus(magnitude.dw, beta), pixels) <= 1.0);
          check_same(table, parts, dw);
          check_same(table, bias_parts, db);
        }
      }
      CHECK(scratch.intact());
    }
  }
}

}  // namespace fpcpu::testing
