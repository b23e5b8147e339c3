// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include "kernels/guarded.hpp"

/// Compares the three passes of a convolution of every instruction set with the Eigen kernels in double.
namespace fpcpu::testing {

/// The entries of a table that make up one kind of convolution.
template <class T>
struct ConvPasses {
  std::size_t (*scratch_size)(const kernels::ConvShape&) noexcept;
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
  return {t.conv_scratch_size, t.conv_forward, t.conv_backward_data, t.conv_backward_weights, true};
}

/// What beta = 1 adds to.
inline constexpr float kBefore = 0.5F;

struct ConvResult {
  std::vector<double> y, added, sums, dx, dw, db;
};

struct ConvInputs {
  std::vector<float> x, w, bias, dy;
};

[[nodiscard]] inline ConvResult conv_reference(const kernels::ConvShape& s, bool depthwise, const ConvInputs& in,
                                               kernels::ActivationSpec activation, bool absolute) {
  const kernels::KernelTable<double>& table = kernels::eigen_table<double>();
  const ConvPasses<double> passes = conv_passes(table, depthwise);
  const std::vector<double> x = widened(in.x, absolute);
  const std::vector<double> w = widened(in.w, absolute);
  const std::vector<double> bias = widened(in.bias, absolute);
  const std::vector<double> dy = widened(in.dy, absolute);
  AlignedBuffer<double> scratch(passes.scratch_size(s));
  std::vector<AlignedBuffer<double>> packed;
  for (const kernels::ConvPass pass : {kernels::ConvPass::forward, kernels::ConvPass::backward_data}) {
    packed.emplace_back(passes.packs ? table.conv_packed_size(s, pass) : 0);
    if (packed.back().size() > 0) table.conv_pack(s, pass, w.data(), packed.back().data());
  }
  ConvResult r{std::vector<double>(dy.size()),       dy,
               std::vector<double>(2 * bias.size()), std::vector<double>(x.size()),
               std::vector<double>(w.size()),        std::vector<double>(bias.size())};
  kernels::ConvForward<double> forward;
  forward.x = x.data(), forward.w = w.data(), forward.packed = packed[0].data(), forward.bias = bias.data();
  forward.activation = absolute ? kernels::ActivationSpec{} : activation;
  forward.row_end = s.oh, forward.y = r.y.data(), forward.scratch = scratch.data();
  if (!depthwise) forward.sums = r.sums.data();
  passes.forward(s, forward);
  if (!depthwise) {
    forward.sums = nullptr;
    forward.add = true, forward.y = r.added.data();
    passes.forward(s, forward);
  }
  kernels::ConvBackwardData<double> data;
  data.dy = dy.data(), data.w = w.data(), data.packed = packed[1].data();
  data.dx = r.dx.data(), data.scratch = scratch.data();
  passes.backward_data(s, data);
  kernels::ConvBackwardWeights<double> weights;
  weights.x = x.data(), weights.dy = dy.data(), weights.dw = r.dw.data(), weights.db = r.db.data();
  weights.scratch = scratch.data();
  passes.backward_weights(s, weights);
  return r;
}

[[nodiscard]] inline std::vector<double> plus(std::vector<double> values, float beta) {
  for (double& v : values) v += static_cast<double>(beta * kBefore);
  return values;
}

/// What an algorithm may lose over sums of `length` terms, in multiples of what the plain sum may, and of the largest
/// result instead of each: its transforms mix the values of a tile. Measured over the shapes of conv_test.cpp: 0.22
/// at most for the plain sum, 0.15 for F(2x2), 0.99 for F(4x4).
[[nodiscard]] inline double allowed_loss(kernels::ConvAlgorithm algorithm, double length) {
  const double bf16 = bf16_loss(length);
  switch (algorithm) {
    case kernels::ConvAlgorithm::winograd2:
      return 0.5;
    case kernels::ConvAlgorithm::winograd4:
      return 2.5;
    case kernels::ConvAlgorithm::direct_bf16:
      return 1.0 + kBf16Sum * bf16;
    case kernels::ConvAlgorithm::winograd2_bf16:
      return 0.5 + 8.0 * bf16;
    case kernels::ConvAlgorithm::winograd4_bf16:
      return 2.5 + 30.0 * bf16;
    default:
      return 1.0;
  }
}

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
  const ConvResult want = conv_reference(asked, depthwise, in, activation, false);
  const ConvResult magnitude = conv_reference(asked, depthwise, in, activation, true);
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
      const auto error = [&](const Guarded<float>& got, const std::vector<double>& wanted, std::vector<double> size,
                             double length) {
        if (algorithm != kernels::ConvAlgorithm::direct) {
          std::fill(size.begin(), size.end(), *std::max_element(size.begin(), size.end()));
        }
        return worst_error(got, wanted, size, length) / allowed_loss(algorithm, length);
      };
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
      CHECK(worst_error(sums, want.sums, magnitude.sums, forward_length) <= allowed_loss(algorithm, forward_length));

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
