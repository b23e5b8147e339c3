// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "layers/activations.hpp"
#include "layers/checks.hpp"
#include "layers/layer.hpp"
#include "layers/pool_window.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

/// batch_norm, and norm_act_pool which is the same code with an activation and a pool behind it.
///
/// batch sums:  forward sum x, sum x^2; backward sum g, sum g * xhat, which are dbeta and dgamma of the slice:
///              backward_sums writes them into dparams, backward itself leaves dparams alone
/// batch stats: scale, shift, mean, inv_std
/// prepared:    scale, shift of inference from the running statistics; ones and zeros without norm
/// scratch:     [kernel][mean_g, mean_gx]
/// saved:       argmax of the pool
class NormActPool final : public LayerBase<NormActPool> {
 public:
  static constexpr std::string_view kGrownKind = "norm_act_pool";

  NormActPool(std::string_view kind, const NormActPoolOptions& o)
      : kind_(kind),
        norm_(o.norm),
        momentum_(o.momentum),
        epsilon_(o.epsilon),
        activation_(o.activation, o.slope, kind),
        residual_(o.residual),
        pool_(checked_pool(kind, o.pool)) {
    check_option(momentum_ > 0.0 && momentum_ <= 1.0, kind,
                 "momentum is " + std::to_string(momentum_) + ", expected more than 0 and at most 1.");
    check_option(epsilon_ > 0.0, kind, "eps is " + std::to_string(epsilon_) + ", expected more than 0.");
    check_option(
        activation_.fits_norm_act_pool(), kind,
        "cannot end in " + std::string(activation_name(o.activation)) + ". Use an activation layer behind it.");
    check_option(!residual_ || pool_.window == 0, kind, "adds a residual or pools, not both.");
    check_option(!residual_ || activation_.fits_residual(), kind,
                 "with a residual can end in relu, leaky_relu or relu6 only.");
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return kind_; }

  [[nodiscard]] Attributes describe() const override {
    Attributes attributes;
    if (kind_ == kGrownKind) attributes.set("norm", norm_).set("residual", residual_);
    if (norm_) attributes.set("momentum", momentum_).set("eps", epsilon_);
    if (kind_ == kGrownKind) {
      activation_.describe("activation", attributes);
      describe_pool(pool_, "pool_", attributes);
    }
    return attributes;
  }

  [[nodiscard]] std::optional<BatchNormOptions> as_batch_norm() const override {
    if (!norm_ || activation_.any() || residual_ || pooled()) return std::nullopt;
    return BatchNormOptions{momentum_, epsilon_};
  }
  [[nodiscard]] LayerPtr with_activation(const ActivationOptions& f, Phase) const override {
    const FusedActivation activation(f, kind_);
    if (activation_.any() || pooled() || !activation.fits_norm_act_pool()) return nullptr;
    if (residual_ && !activation.fits_residual()) return nullptr;
    return grown([&](NormActPool& copy) { copy.activation_ = activation; });
  }
  [[nodiscard]] LayerPtr with_max_pool(const PoolOptions& pool, Phase) const override {
    if (pooled() || residual_) return nullptr;
    return grown([&](NormActPool& copy) { copy.pool_ = checked_pool(kind_, pool); });
  }
  [[nodiscard]] LayerPtr with_residual(Phase) const override {
    if (residual_ || activation_.any() || pooled()) return nullptr;
    return grown([](NormActPool& copy) { copy.residual_ = true; });
  }

  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, residual_ ? 2 : 1);
    check_shape(!residual_ || in[0] == in[1], kind(),
                "inputs " + to_string(in[0]) + " and " + to_string(in.back()) + " differ; they must have one shape.");
    const std::int64_t c = in[0].c;
    const auto channels = static_cast<std::size_t>(c);
    Signature result;
    result.out = pooled() ? pooled_shape(kind(), pool_, in[0]) : in[0];
    result.needs.keep = residual_ && activation_.any() ? Keep::both : Keep::input;
    if (pooled()) result.needs.saved_bytes = result.out.size();
    if (norm_) {
      result.params = {{.name = "gamma", .dims = {c}, .init = Initializer::ones},
                       {.name = "beta", .dims = {c}},
                       {.name = "running_mean", .dims = {c}, .trainable = false},
                       {.name = "running_var", .dims = {c}, .init = Initializer::ones, .trainable = false}};
      result.needs.batch_sums = 2 * channels;
      result.needs.batch_stats = 4 * channels;
      result.allows.adds_gradients = true;  // they come from the sums of the slice
    }
    result.allows.recomputable = !pooled() && !residual_;
    result.allows.reads_kept = true;
    result.allows.bands = !pooled();
    result.flops = 4.0 * static_cast<double>(in[0].size());
    return result;
  }

  template <class T>
  LayerPlan make_plan(const PlanRequest& r, const kernels::KernelTable<T>& k) const {
    const auto channels = static_cast<std::size_t>(r.in[0].c);
    LayerPlan result;
    result.prepared = 2 * channels;
    result.kernel_scratch = padded<T>(k.norm_act_pool_scratch_size(pool_shape(pool_, r.in[0])));
    result.scratch = result.kernel_scratch + (r.training && norm_ ? 2 * channels : 0);
    return result;
  }

  template <class T>
  void run_prepare(const PrepareArgs<T>& a) const noexcept {
    const auto channels = static_cast<std::size_t>(a.in[0].c);
    for (std::size_t c = 0; c < channels; ++c) {
      a.prepared[c] = T(1);
      a.prepared[channels + c] = T(0);
      if (!norm_) continue;
      const double inv_std = 1.0 / std::sqrt(static_cast<double>(a.params[3][c]) + epsilon_);
      const double scale = static_cast<double>(a.params[0][c]) * inv_std;
      a.prepared[c] = static_cast<T>(scale);
      a.prepared[channels + c] =
          static_cast<T>(static_cast<double>(a.params[1][c]) - static_cast<double>(a.params[2][c]) * scale);
    }
  }

  template <class T>
  void run_forward_sums(const ForwardArgs<T>& a) const noexcept {
    a.kernels->channel_sums(a.x[0], static_cast<std::size_t>(a.n) * pixels(a.in[0]), a.in[0].c, a.sums);
  }

  template <class T>
  void run_forward_merge(const MergeArgs<T>& a) const noexcept {
    const auto channels = static_cast<std::size_t>(a.in[0].c);
    const double count = static_cast<double>(a.batch) * static_cast<double>(pixels(a.in[0]));
    for (std::size_t c = 0; c < channels; ++c) {
      const double mean = a.total_sums[c] / count;
      const double variance = std::max(0.0, a.total_sums[channels + c] / count - mean * mean);
      const double inv_std = 1.0 / std::sqrt(variance + epsilon_);
      const double scale = static_cast<double>(a.params[0][c]) * inv_std;
      a.stats[c] = static_cast<T>(scale);
      a.stats[channels + c] = static_cast<T>(static_cast<double>(a.params[1][c]) - mean * scale);
      a.stats[2 * channels + c] = static_cast<T>(mean);
      a.stats[3 * channels + c] = static_cast<T>(inv_std);
      const double unbiased = count > 1.0 ? variance * count / (count - 1.0) : variance;
      const double momentum = a.momentum > 0 ? a.momentum : momentum_;
      move_towards(a.params[2][c], mean, momentum);
      move_towards(a.params[3][c], unbiased, momentum);
    }
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    const auto channels = static_cast<std::size_t>(a.in[0].c);
    const kernels::PoolShape shape = pool_shape(pool_, a.in[0]);
    const std::size_t outputs = output_size(shape);
    const T* affine = a.training && norm_ ? a.stats : a.prepared;
    if (a.parts > 1) {
      forward_part(a, shape, affine);
      return;
    }
    for (int i = 0; i < a.n; ++i) {
      const auto image = static_cast<std::size_t>(i);
      a.kernels->norm_act_pool_forward({.shape = shape,
                                        .pooled = pooled(),
                                        .activation = activation_.spec(),
                                        .x = a.x[0].behind(image * a.in[0].size()),
                                        .scale = affine,
                                        .shift = affine + channels,
                                        .residual = residual_ ? a.x[1] + image * a.in[0].size() : nullptr,
                                        .y = a.y + image * outputs,
                                        .argmax = pooled() && a.saved != nullptr
                                                      ? reinterpret_cast<std::uint8_t*>(a.saved) + image * outputs
                                                      : nullptr,
                                        .scratch = a.scratch});
    }
  }

  template <class T>
  void run_backward_sums(const BackwardArgs<T>& a) const noexcept {
    const auto channels = static_cast<std::size_t>(a.in[0].c);
    kernels::NormActPoolBackward<T> b = backward_of(a);
    b.sums = a.sums;
    for (int i = 0; i < a.n; ++i) {
      point_at_image(a, i, b);
      a.kernels->norm_act_pool_backward_sums(b);
    }
    for (std::size_t c = 0; c < channels; ++c) {
      a.dparams[0][c] = static_cast<T>(a.sums[channels + c]);
      a.dparams[1][c] = static_cast<T>(a.sums[c]);
    }
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    T* const dr = residual_ ? a.dx[1] : nullptr;
    if (a.dx[0] == nullptr && dr == nullptr) return;
    const auto channels = static_cast<std::size_t>(a.in[0].c);
    kernels::NormActPoolBackward<T> b = backward_of(a);
    if (norm_) {
      T* means = a.scratch + a.plan->kernel_scratch;
      const double count = static_cast<double>(a.batch) * static_cast<double>(pixels(a.in[0]));
      for (std::size_t c = 0; c < 2 * channels; ++c) means[c] = static_cast<T>(a.total_sums[c] / count);
      b.mean_g = means;
      b.mean_gx = means + channels;
    } else {
      b.mean_g = b.mean_gx = b.shift;  // zeros
    }
    b.beta = a.beta[0];
    if (residual_) b.beta_residual = a.beta[1];
    for (int i = 0; i < a.n; ++i) {
      point_at_image(a, i, b);
      const std::size_t offset = static_cast<std::size_t>(i) * a.in[0].size();
      b.dx = a.dx[0] != nullptr ? a.dx[0] + offset : nullptr;
      b.d_residual = dr != nullptr ? dr + offset : nullptr;
      a.kernels->norm_act_pool_backward_data(b);
    }
  }

 private:
  /// A copy that does more than a batch_norm.
  template <class Change>
  [[nodiscard]] LayerPtr grown(const Change& change) const {
    return changed([&](NormActPool& copy) {
      copy.kind_ = kGrownKind;
      change(copy);
    });
  }

  /// Some rows of one image, in inference.
  template <class T>
  void forward_part(const ForwardArgs<T>& a, kernels::PoolShape shape, const T* affine) const noexcept {
    const int begin = shape.h * a.part / a.parts;
    shape.h = shape.h * (a.part + 1) / a.parts - begin;
    const std::size_t offset = static_cast<std::size_t>(begin * shape.w) * static_cast<std::size_t>(shape.c);
    a.kernels->norm_act_pool_forward({.shape = shape,
                                      .pooled = false,
                                      .activation = activation_.spec(),
                                      .x = a.x[0].behind(offset),
                                      .scale = affine,
                                      .shift = affine + shape.c,
                                      .residual = residual_ ? a.x[1] + offset : nullptr,
                                      .y = a.y + offset,
                                      .argmax = nullptr,
                                      .scratch = a.scratch});
  }

  [[nodiscard]] bool pooled() const noexcept { return pool_.window > 0; }
  [[nodiscard]] static std::size_t pixels(const Shape& s) noexcept { return Shape{s.h, s.w, 1}.size(); }
  [[nodiscard]] static std::size_t output_size(const kernels::PoolShape& s) noexcept {
    return Shape{s.oh, s.ow, s.c}.size();
  }

  template <class T>
  static void move_towards(T& running, double value, double momentum) noexcept {
    running = static_cast<T>((1.0 - momentum) * static_cast<double>(running) + momentum * value);
  }

  /// What all images of a slice share. Without norm the transform is x * 1 + 0 and xhat does not matter.
  template <class T>
  [[nodiscard]] kernels::NormActPoolBackward<T> backward_of(const BackwardArgs<T>& a) const noexcept {
    const auto channels = static_cast<std::size_t>(a.in[0].c);
    kernels::NormActPoolBackward<T> b;
    b.shape = pool_shape(pool_, a.in[0]);
    b.pooled = pooled();
    b.activation = activation_.spec();
    b.scale = norm_ ? a.stats : a.prepared;
    b.shift = b.scale + channels;
    b.mean = norm_ ? a.stats + 2 * channels : b.shift;
    b.inv_std = norm_ ? a.stats + 3 * channels : b.scale;
    b.scratch = a.scratch;
    return b;
  }

  template <class T>
  void point_at_image(const BackwardArgs<T>& a, int i, kernels::NormActPoolBackward<T>& b) const noexcept {
    const auto image = static_cast<std::size_t>(i);
    const std::size_t outputs = output_size(b.shape);
    b.x = a.x[0].behind(image * a.in[0].size());
    b.dy = a.dy.behind(image * outputs);
    // Without an activation the gradient does not depend on y; any pointer says that there is a residual.
    if (residual_) b.y = (activation_.any() ? a.y : a.dy.values()) + image * outputs;
    if (pooled()) b.argmax = reinterpret_cast<const std::uint8_t*>(a.saved) + image * outputs;
  }

  std::string_view kind_;
  bool norm_;
  double momentum_;
  double epsilon_;
  FusedActivation activation_;
  bool residual_;
  PoolOptions pool_;
};

LayerPtr read_batch_norm(AttributeReader& reader) {
  BatchNormOptions o;
  o.momentum = reader.number("momentum", o.momentum);
  o.epsilon = reader.number("eps", o.epsilon);
  return make_batch_norm(o);
}

LayerPtr read_norm_act_pool(AttributeReader& reader) {
  NormActPoolOptions o;
  o.norm = reader.boolean("norm", o.norm);
  o.momentum = reader.number("momentum", o.momentum);
  o.epsilon = reader.number("eps", o.epsilon);
  o.activation = read_activation(reader, "activation", ActivationKind::none);
  o.slope = reader.number("slope", o.slope);
  o.residual = reader.boolean("residual", o.residual);
  o.pool = read_pool(reader, "pool_", 0);
  return make_norm_act_pool(o);
}

}  // namespace

LayerPtr make_batch_norm(BatchNormOptions options) {
  return std::make_shared<NormActPool>(
      "batch_norm",
      NormActPoolOptions{.momentum = options.momentum, .epsilon = options.epsilon, .activation = ActivationKind::none});
}

LayerPtr make_norm_act_pool(NormActPoolOptions options) {
  return std::make_shared<NormActPool>(NormActPool::kGrownKind, options);
}

namespace layers {
LayerRecipe batch_norm() { return {"batch_norm", read_batch_norm}; }

LayerRecipe norm_act_pool() { return {"norm_act_pool", read_norm_act_pool}; }
}  // namespace layers

}  // namespace fpcpu
