// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cassert>
#include <optional>

#include "layers/activations.hpp"
#include "layers/checks.hpp"
#include "layers/conv_pool.hpp"
#include "layers/conv_sizes.hpp"
#include "layers/conv_window.hpp"
#include "layers/layer.hpp"
#include "layers/parts.hpp"

namespace fpcpu {

/// A convolution over slices of images, or over the whole batch where the weights are much larger than an image;
/// conv2d and depthwise_conv2d differ in `Filters` only: their kernels, the shape of their weights and their
/// attributes.
///
/// prepared: [weights packed for forward][in training: packed for the data gradient], where the kernels pack any
/// scratch:  [kernel][in training with activation: dz of one image or of all][z of one image, see output_suffices]
///                   [with a fused pool: convolution rows of one band, or of all images if they are small]
template <class Filters>
class Convolution final : public LayerBase<Convolution<Filters>> {
 public:
  /// @throws Error{usage} for options out of range.
  explicit Convolution(const typename Filters::Options& o)
      : filters_(o),
        window_(Filters::kKind, o),
        bias_(o.bias),
        activation_(o.activation, o.slope, Filters::kKind),
        pool_(Filters::kKind, o.pool) {
    if (!filters_.residual()) return;
    check_option(!pool_.any(), kind(), "adds a residual or pools, not both.");
    check_option(activation_.fits_residual(), kind(), "with a residual can end in relu, leaky_relu or relu6 only.");
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return Filters::kKind; }

  [[nodiscard]] Attributes describe() const override {
    Attributes attributes;
    filters_.describe(attributes);
    window_.describe(attributes);
    attributes.set("bias", bias_);
    activation_.describe("activation", attributes);
    describe_pool(pool_.options(), "pool_", attributes);
    return attributes;
  }

  /// In training an activation of the layer's own would make dz, and for some functions z, once more.
  [[nodiscard]] LayerPtr with_activation(const ActivationOptions& f, Phase phase) const override {
    const FusedActivation activation(f, kind());
    if (phase == Phase::training || activation_.any() || pool_.any()) return nullptr;
    if (filters_.residual() && !activation.fits_residual()) return nullptr;
    return this->changed([&](Convolution& copy) { copy.activation_ = activation; });
  }
  [[nodiscard]] LayerPtr with_max_pool(const PoolOptions& pool, Phase phase) const override {
    if (phase == Phase::training || pool_.any() || filters_.residual()) return nullptr;
    return this->changed([&](Convolution& copy) { copy.pool_ = ConvPool(kind(), pool); });
  }
  [[nodiscard]] LayerPtr with_residual(Phase phase) const override {
    if constexpr (Filters::kTakesResidual) {
      if (phase == Phase::training || filters_.residual() || activation_.any() || pool_.any()) return nullptr;
      return this->changed([](Convolution& copy) { copy.filters_.add_residual(); });
    }
    return nullptr;
  }
  [[nodiscard]] LayerPtr with_scale_and_shift() const override {
    if (filters_.residual() || activation_.any() || pool_.any()) return nullptr;
    return this->changed([](Convolution& copy) { copy.bias_ = true; });
  }
  [[nodiscard]] std::optional<SplitActivation> without_activation() const override {
    if (!activation_.any() || pool_.any()) return std::nullopt;
    const FusedActivation none({.function = ActivationKind::none}, kind());
    return SplitActivation{this->changed([&](Convolution& copy) { copy.activation_ = none; }), activation_.options()};
  }

  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, filters_.residual() ? 2 : 1);
    check_window(kind(), in[0].h, window_.dilation * (window_.kernel_h - 1) + 1, window_.padding_h);
    check_window(kind(), in[0].w, window_.dilation * (window_.kernel_w - 1) + 1, window_.padding_w);
    filters_.check(in[0]);
    const kernels::ConvShape s = shape(in, 1);
    const std::int64_t depth = std::int64_t{s.kh} * s.kw * (s.c / s.groups);

    Signature result;
    result.out = {s.oh, s.ow, s.k};
    if (pool_.any()) result.out = pooled_shape(kind(), pool_.options(), result.out);
    result.params.push_back({.name = "weight",
                             .dims = filters_.weight_dims(s),
                             .init = Initializer::he_normal,
                             .fan_in = depth,
                             .decay = true});
    if (bias_) result.params.push_back({.name = "bias", .dims = {s.k}});
    if (filters_.residual()) {
      check_shape(in[1] == result.out, kind(),
                  "the residual is " + to_string(in[1]) + ", the output " + to_string(result.out) +
                      "; they must have one shape.");
      result.allows.updates_input = 1;
    }
    result.needs.keep = activation_.output_suffices() ? Keep::both : Keep::input;
    result.allows.emits_sums = !activation_.any() && !pool_.any();
    result.allows.adds_gradients = true;
    result.allows.bands = true;
    if (shares_channels(s)) result.allows.parts = Parts::channels;
    result.flops = 2.0 * s.oh * s.ow * s.k * static_cast<double>(depth);
    return result;
  }

  template <class T>
  LayerPlan make_plan(const PlanRequest& r, const kernels::KernelTable<T>& k) const {
    using enum kernels::ConvPass;
    kernels::ConvShape s = shape(r.in, r.samples);
    s.weights_once = r.training && r.whole_batch;  // they change with every step of a training
    LayerPlan result;
    ConvPlan conv{.weights_once = s.weights_once};
    for (const kernels::ConvPass pass : {forward, backward_data, backward_weights}) {
      if (pass != forward && !r.training) break;
      s.algorithm = kernels::ConvAlgorithm::best;
      s.algorithm = conv.algorithms[static_cast<std::size_t>(pass)] = Filters::algorithm(k, s, pass);
      result.prepared += padded<T>(Filters::packed_size(k, s, pass));
      if (pass == forward) conv.packed_forward = result.prepared;
      result.kernel_scratch = std::max(result.kernel_scratch, padded<T>(Filters::scratch_size(k, s, pass)));
    }
    result.scratch = result.kernel_scratch;
    if (r.training && activation_.any()) {
      const std::size_t dz = static_cast<std::size_t>(together(r.whole_batch, r.samples)) * outputs(s);
      result.scratch += (activation_.output_suffices() ? 1 : 2) * padded<T>(dz);
    }
    if (pool_.any()) result.scratch += pool_.scratch_size(s);
    result.conv = conv;
    return result;
  }

  template <class T>
  void run_prepare(const PrepareArgs<T>& a) const noexcept {
    using enum kernels::ConvPass;
    Filters::pack(*a.kernels, shape(a, 1, forward), forward, a.params[0], a.prepared);
    if (!a.training) return;
    Filters::pack(*a.kernels, shape(a, 1, backward_data), backward_data, a.params[0],
                  a.prepared + a.plan->conv->packed_forward);
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    const kernels::ConvShape s = shape(a, a.n, kernels::ConvPass::forward);
    kernels::ConvForward<T> f = forward_of(a, activation_.spec());
    f.x = a.x[0];
    f.row_end = s.oh;
    f.y = a.y;
    f.sums = a.sums;
    f.add = filters_.residual();
    const T* residual = f.add && a.x[1] != a.y ? a.x[1] : nullptr;  // null: it is where the output goes
    if (a.parts > 1) {
      forward_part(s, f, residual, a);
      return;
    }
    if (residual != nullptr) std::copy_n(residual, static_cast<std::size_t>(a.n) * outputs(s), a.y);
    if (!pool_.any()) {
      Filters::forward(*a.kernels, s, f);
    } else if (pool_.takes_whole_images(s)) {
      pool_.whole_images(*a.kernels, s, f, before_pool(a), Filters::template forward<T>);
    } else {
      const int rows = pool_.rows(s);
      for (int i = 0; i < a.n; ++i) {
        pool_.some_rows(*a.kernels, s, f, 0, rows, before_pool(a), Filters::template forward<T>);
        f.x += a.in[0].size();
        f.y += static_cast<std::size_t>(rows) * pool_.row_size(s);
      }
    }
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    assert(!pool_.any() && "a fused pool is for inference only");
    const int n = together(a.plan->whole_batch, a.n);
    const kernels::ConvShape s = shape(a, n, kernels::ConvPass::backward_weights);
    const kernels::ConvShape of_data = shape(a, n, kernels::ConvPass::backward_data);
    const auto of_y = part_of(s.k, a);
    const auto of_x = part_of(s.c, a);
    if (!of_y && !of_x) return;
    for (int i = 0; i < a.n; i += n) {
      const T* dz = gradient_before_activation(a, n, i);
      if (of_y) backward_weights(a, s, *of_y, dz, i);
      if (of_x && a.dx[0] != nullptr) backward_data(a, of_data, *of_x, dz, i);
      if (of_y && filters_.residual() && a.dx[1] != nullptr) backward_residual(a, s, *of_y, dz, i);
    }
  }

 private:
  /// True if forward can make some of the output channels.
  [[nodiscard]] bool shares_channels(const kernels::ConvShape& s) const noexcept {
    const ActivationKind kind = activation_.kind();
    const bool clamps = kind == ActivationKind::none || kind == ActivationKind::relu || kind == ActivationKind::relu6;
    return Filters::kSharesChannels && s.groups == 1 && clamps && !pool_.any();
  }
  /// Images of n that backward takes at once.
  [[nodiscard]] int together(bool whole_batch, int n) const noexcept {
    return activation_.any() && !whole_batch ? 1 : n;
  }

  /// As the kernels of a pass see n images of a call.
  template <class Args>
  [[nodiscard]] kernels::ConvShape shape(const Args& a, int n, kernels::ConvPass pass) const noexcept {
    kernels::ConvShape s = shape(a.in, n);
    s.weights_once = a.plan->conv->weights_once;
    s.algorithm = a.plan->conv->algorithm(pass);
    return s;
  }
  [[nodiscard]] kernels::ConvShape shape(std::span<const Shape> in, int n) const noexcept {
    const ConvWindow& o = window_;
    return {.h = in[0].h,
            .w = in[0].w,
            .c = in[0].c,
            .oh = count_windows(in[0].h, o.kernel_h, o.stride, o.padding_h, o.dilation),
            .ow = count_windows(in[0].w, o.kernel_w, o.stride, o.padding_w, o.dilation),
            .k = filters_.channels(in[0]),
            .kh = o.kernel_h,
            .kw = o.kernel_w,
            .stride = o.stride,
            .pad_h = o.padding_h,
            .pad_w = o.padding_w,
            .dilation = o.dilation,
            .groups = filters_.groups(in[0]),
            .n = n};
  }
  /// The part's share of the channels: all, or a range, or none.
  template <class Args>
  [[nodiscard]] static std::optional<kernels::ChannelRange> part_of(int channels, const Args& a) noexcept {
    if (a.parts == 1) return kernels::ChannelRange{};
    return shared_columns(channels, a.part, a.parts);
  }
  /// body(first, count) for these channels of every output pixel of all images; all channels are one call.
  template <class Body>
  static void for_each_pixel(const kernels::ConvShape& s, kernels::ChannelRange channels, const Body& body) noexcept {
    const std::size_t size = static_cast<std::size_t>(s.n) * outputs(s);
    if (channels.end == 0) return body(0, size);
    const auto begin = static_cast<std::size_t>(channels.begin);
    const auto count = static_cast<std::size_t>(channels.end) - begin;
    for (std::size_t p = 0; p < size; p += static_cast<std::size_t>(s.k)) body(p + begin, count);
  }

  template <class Args>
  [[nodiscard]] auto forward_of(const Args& a, kernels::ActivationSpec activation) const noexcept {
    using T = std::remove_cvref_t<decltype(*a.prepared)>;
    return kernels::ConvForward<T>{.x = nullptr,
                                   .w = a.params[0],
                                   .packed = a.prepared,
                                   .bias = bias_ ? a.params[1] : nullptr,
                                   .activation = activation,
                                   .scratch = a.scratch};
  }

  /// Gradients that dz of the images i, i + 1, ... gives: of the weights and the bias of some output channels.
  template <class T>
  void backward_weights(const BackwardArgs<T>& a, const kernels::ConvShape& s, kernels::ChannelRange of_y, const T* dz,
                        int i) const noexcept {
    Filters::backward_weights(*a.kernels, s,
                              {.x = a.x[0] + static_cast<std::size_t>(i) * a.in[0].size(),
                               .dy = dz,
                               .channels = of_y,
                               .dw = a.dparams[0],
                               .db = bias_ ? a.dparams[1] : nullptr,
                               .beta = i == 0 ? a.dparams_beta : T(1),
                               .scratch = a.scratch});
  }
  /// Of some channels of the input.
  template <class T>
  void backward_data(const BackwardArgs<T>& a, const kernels::ConvShape& s, kernels::ChannelRange of_x, const T* dz,
                     int i) const noexcept {
    Filters::backward_data(*a.kernels, s,
                           {.dy = dz,
                            .w = a.params[0],
                            .packed = a.prepared + a.plan->conv->packed_forward,
                            .channels = of_x,
                            .dx = a.dx[0] + static_cast<std::size_t>(i) * a.in[0].size(),
                            .beta = a.beta[0],
                            .scratch = a.scratch});
  }
  /// Of some channels of the residual.
  template <class T>
  void backward_residual(const BackwardArgs<T>& a, const kernels::ConvShape& s, kernels::ChannelRange of_y, const T* dz,
                         int i) const noexcept {
    T* d_residual = a.dx[1] + static_cast<std::size_t>(i) * outputs(s);
    for_each_pixel(s, of_y, [&](std::size_t begin, std::size_t count) {
      a.kernels->accumulate(dz + begin, d_residual + begin, a.beta[1], count);
    });
  }

  /// Where the outputs of a convolution are until they are pooled.
  template <class T>
  [[nodiscard]] static T* before_pool(const ForwardArgs<T>& a) noexcept {
    return a.scratch + a.plan->kernel_scratch;
  }

  /// One part of one image, or of the whole batch. Rows of one image where there are plenty: Winograd makes them by
  /// fours, so parts begin at multiples of that. Otherwise channels, which also share the weights, most of what a small
  /// map reads.
  template <class T>
  void forward_part(const kernels::ConvShape& s, kernels::ConvForward<T> f, const T* residual,
                    const ForwardArgs<T>& a) const noexcept {
    if (pool_.any() && pool_.options().padding > 0) {
      if (a.part == 0) pool_.whole_images(*a.kernels, s, f, before_pool(a), Filters::template forward<T>);
      return;
    }
    const int rows = pool_.any() ? pool_.rows(s) : s.oh;
    const int unit = pool_.any() ? 2 : 4;
    const int panels = (s.k + kernels::kSharedColumns - 1) / kernels::kSharedColumns;
    if (shares_channels(s) && (a.plan->whole_batch || (rows < 4 * unit * a.parts && panels >= a.parts))) {
      const auto channels = part_of(s.k, a);
      if (!channels) return;
      f.channels = *channels;
      if (residual != nullptr) {
        for_each_pixel(s, f.channels, [&](std::size_t begin, std::size_t count) {
          std::copy_n(residual + begin, count, f.y + begin);
        });
      }
      Filters::forward(*a.kernels, s, f);
      return;
    }
    const int begin = part_begin(rows, unit, a.part, a.parts);
    const int end = part_begin(rows, unit, a.part + 1, a.parts);
    if (begin == end) return;
    f.y += static_cast<std::size_t>(begin) * (pool_.any() ? pool_.row_size(s) : row_outputs(s));
    if (pool_.any()) {
      pool_.some_rows(*a.kernels, s, f, begin, end, before_pool(a), Filters::template forward<T>);
    } else {
      if (residual != nullptr) {
        const std::size_t offset = static_cast<std::size_t>(begin) * row_outputs(s);
        std::copy_n(residual + offset, static_cast<std::size_t>(end - begin) * row_outputs(s), f.y);
      }
      f.row_begin = begin;
      f.row_end = end;
      Filters::forward(*a.kernels, s, f);
    }
  }

  /// dz = dy * f'(z) of n images from i on, in scratch; dy itself without an activation.
  template <class T>
  [[nodiscard]] const T* gradient_before_activation(const BackwardArgs<T>& a, int n, int i) const noexcept {
    const kernels::ConvShape s = shape(a, n, kernels::ConvPass::forward);
    const std::size_t size = static_cast<std::size_t>(n) * outputs(s);
    const std::size_t offset = static_cast<std::size_t>(i) * outputs(s);
    if (!activation_.any()) return a.dy + offset;
    T* dz = a.scratch + a.plan->kernel_scratch;
    const T* z = nullptr;
    if (activation_.output_suffices()) {
      z = a.y + offset;
    } else {
      T* again = dz + padded<T>(size);
      kernels::ConvForward<T> f = forward_of(a, {});
      f.x = a.x[0] + static_cast<std::size_t>(i) * a.in[0].size();
      f.row_end = s.oh;
      f.y = again;
      Filters::forward(*a.kernels, s, f);
      z = again;
    }
    a.kernels->activation_backward(activation_.spec(), z, a.dy + offset, dz, T(0), size);
    return dz;
  }

  Filters filters_;
  ConvWindow window_;
  bool bias_;
  FusedActivation activation_;
  ConvPool pool_;
};

}  // namespace fpcpu
