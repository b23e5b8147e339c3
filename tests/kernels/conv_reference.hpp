// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "kernels/guarded.hpp"

/// What the Eigen kernels make of the three passes of a convolution.
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

}  // namespace fpcpu::testing
