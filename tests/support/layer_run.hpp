// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "core/rng.hpp"
#include "core/slices.hpp"
#include "layers/layer.hpp"
#include "support/guarded_buffer.hpp"

namespace fpcpu::test {

/// Runs one layer over a batch as an executor would: prepare, sums per slice, merge, forward per slice, and back. Every
/// buffer lies between canaries; what a layer must write is NaN before, what it did not ask for is null.
template <class T>
class LayerRun {
 public:
  LayerRun(LayerPtr layer, std::vector<Shape> in, int batch, int slices, const kernels::KernelTable<T>& kernels)
      : signature(layer->signature(in)),
        layer_(std::move(layer)),
        in_(std::move(in)),
        slices_(batch, slices),
        kernels_(kernels) {
    const auto n = static_cast<std::size_t>(batch);
    for (const Shape& s : in_) {
      x.emplace_back(n * s.size(), T{0});
      dx.emplace_back(n * s.size(), kNan);
    }
    for (const ParamSpec& p : signature.params) {
      params.emplace_back(p.size(), T{0});
      dparams.emplace_back(p.trainable ? p.size() : 0, T{0});
      slice_dparams_.emplace_back(p.trainable ? p.size() : 0, kNan);
    }
    y = GuardedBuffer<T>(n * signature.out.size(), kNan);
    dy = GuardedBuffer<T>(n * signature.out.size(), T{0});
    saved_ = GuardedBuffer<std::byte>(n * signature.needs.saved_bytes, std::byte{0xFF});
    stats = GuardedBuffer<T>(signature.needs.batch_stats, kNan);
    sums_ = GuardedBuffer<double>(signature.needs.batch_sums, 0.0);
    output_sums = GuardedBuffer<double>(2 * static_cast<std::size_t>(signature.out.c), 0.0);
  }

  /// x, params and dy from a stream of random numbers; all values are exact in float, so that runs in both scalar
  /// types compute the same function.
  void randomise(std::uint64_t seed) {
    Rng rng(seed, RandomUse::init);
    const auto fill = [&](const GuardedBuffer<T>& buffer, float mean, float deviation) {
      for (std::size_t i = 0; i < buffer.size(); ++i) buffer[i] = static_cast<T>(mean + deviation * rng.normal());
    };
    for (const auto& buffer : x) fill(buffer, 0.0F, 2.0F);
    for (std::size_t p = 0; p < params.size(); ++p) {
      const std::string& name = signature.params[p].name;
      if (name == "gamma" || name == "running_var") {
        for (std::size_t i = 0; i < params[p].size(); ++i) params[p][i] = static_cast<T>(rng.uniform(0.5F, 1.5F));
      } else {
        fill(params[p], name == "slope" ? 0.25F : 0.0F, 0.3F);
      }
    }
    fill(dy, 0.0F, 1.0F);
  }

  void forward(bool training) {
    plan_ = layer_->plan({.in = in_, .samples = slices_.max_size(), .training = training}, kernels_);
    prepared_ = GuardedBuffer<T>(plan_.prepared, kNan);
    scratch_ = GuardedBuffer<T>(plan_.scratch, kNan);
    y.fill(kNan);
    layer_->prepare({.kernels = &kernels_,
                     .plan = &plan_,
                     .in = in_,
                     .params = pointers(params),
                     .training = training,
                     .prepared = prepared_.data()});
    training_ = training;
    if (training && signature.needs.batch_sums > 0) {
      sums_.fill(0.0);
      for (int s = 0; s < slices_.count(); ++s) layer_->forward_sums(forward_args(s, sums_.data()));
      stats.fill(kNan);
      layer_->forward_merge({.in = in_,
                             .batch = slices_.batch(),
                             .total_sums = sums_.data(),
                             .params = pointers(params),
                             .stats = stats.data()});
    }
    output_sums.fill(0.0);
    double* emitted = signature.allows.emits_sums ? output_sums.data() : nullptr;
    for (int s = 0; s < slices_.count(); ++s) layer_->forward(forward_args(s, emitted));
  }

  /// dx must hold what is to be added to when beta is 1; it is set to NaN when beta is 0.
  void backward(T beta) {
    scratch_.fill(kNan);
    for (std::size_t p = 0; p < dparams.size(); ++p) dparams[p].fill(T{0});
    for (const auto& buffer : dx) {
      if (beta == T{0}) buffer.fill(kNan);
    }
    sums_.fill(0.0);
    const std::vector<T> betas(in_.size(), beta);
    for (const bool only_sums : {true, false}) {
      if (only_sums && signature.needs.batch_sums == 0) continue;
      for (int s = 0; s < slices_.count(); ++s) backward_slice(s, betas, only_sums);
    }
  }

  [[nodiscard]] bool intact() const {
    bool fine = y.intact() && dy.intact() && saved_.intact() && stats.intact() && sums_.intact() &&
                output_sums.intact() && prepared_.intact() && scratch_.intact();
    for (const auto* group : {&x, &dx, &params, &dparams, &slice_dparams_}) {
      for (const auto& buffer : *group) fine = fine && buffer.intact();
    }
    return fine;
  }

  /// <y, dy>, whose gradients backward computes.
  [[nodiscard]] double objective() const {
    double f = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) f += static_cast<double>(y[i]) * static_cast<double>(dy[i]);
    return f;
  }

  const Signature signature;
  std::vector<GuardedBuffer<T>> x, dx, params, dparams;
  GuardedBuffer<T> y, dy, stats;
  GuardedBuffer<double> output_sums;
  std::uint64_t seed = 7;
  std::uint64_t step = 3;
  std::uint32_t node_key = 11;

 private:
  static constexpr T kNan = std::numeric_limits<T>::quiet_NaN();

  [[nodiscard]] const std::vector<T*>& pointers(const std::vector<GuardedBuffer<T>>& buffers) {
    pointer_store_.clear();
    for (const auto& buffer : buffers) pointer_store_.push_back(buffer.data());
    return pointer_store_;
  }

  [[nodiscard]] std::size_t offset(int s, const Shape& shape) const {
    return static_cast<std::size_t>(slices_.begin(s)) * shape.size();
  }

  /// All but the inputs.
  LayerArgs<T> layer_args(int s) {
    LayerArgs<T> a;
    a.kernels = &kernels_;
    a.plan = &plan_;
    a.in = in_;
    a.n = slices_.size(s);
    a.params = pointers(params);
    a.prepared = prepared_.data();
    a.stats = training_ ? stats.data() : nullptr;
    a.scratch = scratch_.data();
    a.seed = seed;
    a.step = step;
    a.node_key = node_key;
    a.first_sample = slices_.begin(s);
    return a;
  }

  ForwardArgs<T> forward_args(int s, double* sums) {
    x_pointers_.clear();
    for (std::size_t j = 0; j < in_.size(); ++j) x_pointers_.push_back(x[j].data() + offset(s, in_[j]));
    ForwardArgs<T> a{layer_args(s)};
    a.training = training_;
    a.x = x_pointers_;
    a.y = y.data() + offset(s, signature.out);
    if (training_) a.saved = saved_.data() + static_cast<std::size_t>(slices_.begin(s)) * signature.needs.saved_bytes;
    a.sums = sums;
    return a;
  }

  void backward_slice(int s, const std::vector<T>& betas, bool only_sums) {
    const bool batch_wide = signature.needs.batch_sums > 0;
    std::vector<Tensor<T>> xs;
    std::vector<T*> dxs, row;
    for (std::size_t j = 0; j < in_.size(); ++j) {
      xs.push_back(keeps_input(signature.needs.keep) ? x[j].data() + offset(s, in_[j]) : static_cast<T*>(nullptr));
      dxs.push_back(dx[j].data() + offset(s, in_[j]));
    }
    // Later slices add to what is there, if the layer can.
    const bool adds = signature.allows.adds_gradients && !batch_wide && s > 0;
    const T already = adds ? T{0.5} : T{0};
    for (const auto& buffer : slice_dparams_) {
      if (only_sums || !batch_wide) buffer.fill(adds ? already : kNan);
      row.push_back(buffer.size() > 0 ? buffer.data() : nullptr);
    }
    std::vector<double> slice_sums(signature.needs.batch_sums, 0.0);
    BackwardArgs<T> a{layer_args(s)};
    a.x = xs;
    a.y = keeps_output(signature.needs.keep) ? y.data() + offset(s, signature.out) : nullptr;
    a.dy = dy.data() + offset(s, signature.out);
    a.dx = dxs;
    a.beta = betas;
    a.dparams = row;
    a.dparams_beta = adds ? T{1} : T{0};
    a.saved = saved_.data() + static_cast<std::size_t>(slices_.begin(s)) * signature.needs.saved_bytes;
    a.batch = slices_.batch();
    if (only_sums) {
      a.sums = slice_sums.data();
      layer_->backward_sums(a);
      for (std::size_t i = 0; i < slice_sums.size(); ++i) sums_[i] += slice_sums[i];
    } else {
      a.total_sums = batch_wide ? sums_.data() : nullptr;
      layer_->backward(a);
    }
    if (only_sums == batch_wide) {  // the call that wrote this slice's parameter gradients
      for (std::size_t p = 0; p < dparams.size(); ++p) {
        for (std::size_t i = 0; i < dparams[p].size(); ++i) dparams[p][i] += slice_dparams_[p][i] - already;
      }
    }
  }

  LayerPtr layer_;
  std::vector<Shape> in_;
  Slices slices_;
  const kernels::KernelTable<T>& kernels_;
  LayerPlan plan_;
  bool training_ = false;
  GuardedBuffer<T> prepared_, scratch_;
  GuardedBuffer<std::byte> saved_;
  GuardedBuffer<double> sums_;
  std::vector<GuardedBuffer<T>> slice_dparams_;
  std::vector<T*> pointer_store_;
  std::vector<Tensor<T>> x_pointers_;
};

}  // namespace fpcpu::test
