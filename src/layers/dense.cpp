#include <array>

#include "layers/activations.hpp"
#include "layers/checks.hpp"
#include "layers/layer.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

constexpr std::array<std::string_view, 2> kInits = {"he", "small"};

/// A 1x1 convolution whose pixels are the samples of the slice.
/// prepared: [weights packed for forward][in training: packed for the data gradient]
/// scratch:  [kernel][in training with activation: dz of the slice][z of the slice, see output_suffices]
class Dense final : public LayerBase<Dense> {
 public:
  explicit Dense(const DenseOptions& o)
      : units_(o.units), bias_(o.bias), init_(o.init), activation_(o.activation, o.slope, kind()) {
    check_range(kind(), "units", units_, 1);
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return "dense"; }

  [[nodiscard]] Attributes describe() const override {
    Attributes attributes;
    attributes.set("units", std::int64_t{units_}).set("bias", bias_);
    attributes.set("init", std::string(kInits[static_cast<std::size_t>(init_)]));
    activation_.describe("activation", attributes);
    return attributes;
  }

  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, 1);
    const auto inputs = static_cast<std::int64_t>(in[0].size());
    Signature result;
    result.out = {1, 1, units_};
    result.params.push_back({.name = "weight",
                             .dims = {inputs, units_},
                             .init = init_ == DenseInit::he ? Initializer::he_normal : Initializer::small_normal,
                             .fan_in = inputs,
                             .decay = true});
    if (bias_) result.params.push_back({.name = "bias", .dims = {units_}});
    result.keep = activation_.output_suffices() ? Keep::both : Keep::input;
    result.emits_sums = !activation_.any();
    result.flops = 2.0 * static_cast<double>(inputs) * units_;
    return result;
  }

  template <class T>
  WorkspaceNeed need(std::span<const Shape> in, int max_n, bool training, const kernels::KernelTable<T>& k) const {
    const kernels::ConvShape s = shape(in, max_n);
    WorkspaceNeed result;
    result.prepared = padded<T>(k.conv_packed_size(shape(in, 1), kernels::ConvPass::forward));
    result.scratch = padded<T>(k.conv_scratch_size(s));
    if (training) {
      result.prepared += padded<T>(k.conv_packed_size(shape(in, 1), kernels::ConvPass::backward_data));
      if (activation_.any()) result.scratch += (activation_.output_suffices() ? 1 : 2) * padded<T>(outputs(max_n));
    }
    return result;
  }

  // The packed weights do not depend on the number of rows, which is not known here.
  template <class T>
  void run_prepare(const PrepareArgs<T>& a) const noexcept {
    const kernels::ConvShape s = shape(a.in, 1);
    a.kernels->conv_pack(s, kernels::ConvPass::forward, a.params[0], a.prepared);
    if (!a.training) return;
    a.kernels->conv_pack(s, kernels::ConvPass::backward_data, a.params[0],
                         a.prepared + padded<T>(a.kernels->conv_packed_size(s, kernels::ConvPass::forward)));
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    multiply(a, a.x[0], activation_.spec(), a.y);
    if (a.sums != nullptr) a.kernels->channel_sums(a.y, static_cast<std::size_t>(a.n), units_, a.sums);
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    const kernels::ConvShape s = shape(a.in, a.n);
    const T* dz = gradient_before_activation(a, s);
    a.kernels->conv_backward_weights(s, {.x = a.x[0],
                                         .dy = dz,
                                         .dw = a.dparams[0],
                                         .db = bias_ ? a.dparams[1] : nullptr,
                                         .beta = T(0),
                                         .scratch = a.scratch});
    if (a.dx[0] == nullptr) return;
    const std::size_t packed = padded<T>(a.kernels->conv_packed_size(shape(a.in, 1), kernels::ConvPass::forward));
    a.kernels->conv_backward_data(s, {.dy = dz,
                                      .w = a.params[0],
                                      .packed = a.prepared + packed,
                                      .dx = a.dx[0],
                                      .beta = a.beta[0],
                                      .scratch = a.scratch});
  }

 private:
  [[nodiscard]] kernels::ConvShape shape(std::span<const Shape> in, int rows) const noexcept {
    return {.h = 1, .w = rows, .c = static_cast<int>(in[0].size()), .oh = 1, .ow = rows, .k = units_};
  }
  [[nodiscard]] std::size_t outputs(int rows) const noexcept {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(units_);
  }

  /// y = f(x w + b); forward, and backward where z is needed once more.
  template <class Args, class T>
  void multiply(const Args& a, const T* x, kernels::ActivationSpec activation, T* y) const noexcept {
    a.kernels->conv_forward(shape(a.in, a.n), {.x = x,
                                               .w = a.params[0],
                                               .packed = a.prepared,
                                               .bias = bias_ ? a.params[1] : nullptr,
                                               .activation = activation,
                                               .row_begin = 0,
                                               .row_end = 1,
                                               .y = y,
                                               .scratch = a.scratch});
  }

  /// dz = dy * f'(z), in scratch; dy itself without an activation.
  template <class T>
  [[nodiscard]] const T* gradient_before_activation(const BackwardArgs<T>& a,
                                                    const kernels::ConvShape& s) const noexcept {
    if (!activation_.any()) return a.dy;
    T* dz = a.scratch + padded<T>(a.kernels->conv_scratch_size(s));
    const T* z = a.y;
    if (!activation_.output_suffices()) {
      T* again = dz + padded<T>(outputs(a.n));
      multiply(a, a.x[0], {}, again);
      z = again;
    }
    a.kernels->activation_backward(activation_.spec(), z, a.dy, dz, T(0), outputs(a.n));
    return dz;
  }

  int units_;
  bool bias_;
  DenseInit init_;
  FusedActivation activation_;
};

}  // namespace

LayerPtr make_dense(DenseOptions options) { return std::make_shared<Dense>(options); }

LayerPtr read_dense(AttributeReader& reader) {
  DenseOptions o;
  o.units = reader.integer("units");
  o.bias = reader.boolean("bias", o.bias);
  o.activation = read_activation(reader, "activation", o.activation);
  o.slope = reader.number("slope", o.slope);
  o.init = static_cast<DenseInit>(reader.choice("init", kInits, 0));
  return make_dense(o);
}

}  // namespace fpcpu
