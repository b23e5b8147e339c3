// SPDX-License-Identifier: MIT
#include "layers/convolution.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

/// Filters that see all input channels of their group.
class FullFilters {
 public:
  using Options = Conv2dOptions;
  static constexpr std::string_view kKind = "conv2d";
  static constexpr bool kSharesChannels = true;  // forward can make some of the output channels
  static constexpr bool kTakesResidual = true;

  explicit FullFilters(const Options& o) : out_channels_(o.out_channels), groups_(o.groups), residual_(o.residual) {
    check_range(kKind, "out_channels", out_channels_, 1);
    check_range(kKind, "groups", groups_, 1);
    check_option(out_channels_ % groups_ == 0, kKind,
                 "out_channels " + std::to_string(out_channels_) + " is not a multiple of groups " +
                     std::to_string(groups_) + ".");
  }

  void describe(Attributes& attributes) const {
    attributes.set("out_channels", std::int64_t{out_channels_}).set("groups", std::int64_t{groups_});
    if (residual_) attributes.set("residual", true);
  }
  void check(const Shape& in) const {
    check_shape(
        in.c % groups_ == 0, kKind,
        "input " + to_string(in) + " has channels that are not a multiple of groups " + std::to_string(groups_) + ".");
  }
  [[nodiscard]] int channels(const Shape&) const noexcept { return out_channels_; }
  [[nodiscard]] int groups(const Shape&) const noexcept { return groups_; }
  [[nodiscard]] bool residual() const noexcept { return residual_; }
  void add_residual() noexcept { residual_ = true; }
  [[nodiscard]] static std::vector<std::int64_t> weight_dims(const kernels::ConvShape& s) {
    return {s.kh, s.kw, s.c / s.groups, s.k};
  }

  template <class T>
  static kernels::ConvAlgorithm algorithm(const kernels::KernelTable<T>& k, const kernels::ConvShape& s,
                                          kernels::ConvPass pass) noexcept {
    return k.conv_algorithm(s, pass);
  }
  template <class T>
  static std::size_t packed_size(const kernels::KernelTable<T>& k, const kernels::ConvShape& s,
                                 kernels::ConvPass pass) noexcept {
    return k.conv_packed_size(s, pass);
  }
  template <class T>
  static void pack(const kernels::KernelTable<T>& k, const kernels::ConvShape& s, kernels::ConvPass pass, const T* w,
                   T* packed) noexcept {
    k.conv_pack(s, pass, w, packed);
  }
  template <class T>
  static std::size_t scratch_size(const kernels::KernelTable<T>& k, const kernels::ConvShape& s,
                                  kernels::ConvPass pass) noexcept {
    return k.conv_scratch_size(s, pass);
  }
  template <class T>
  static void forward(const kernels::KernelTable<T>& k, const kernels::ConvShape& s,
                      const kernels::ConvForward<T>& a) noexcept {
    k.conv_forward(s, a);
  }
  template <class T>
  static void backward_data(const kernels::KernelTable<T>& k, const kernels::ConvShape& s,
                            const kernels::ConvBackwardData<T>& a) noexcept {
    k.conv_backward_data(s, a);
  }
  template <class T>
  static void backward_weights(const kernels::KernelTable<T>& k, const kernels::ConvShape& s,
                               const kernels::ConvBackwardWeights<T>& a) noexcept {
    k.conv_backward_weights(s, a);
  }

 private:
  int out_channels_;
  int groups_;
  bool residual_;
};

LayerPtr read_conv2d(AttributeReader& reader) {
  Conv2dOptions o;
  o.out_channels = reader.integer("out_channels");
  o.groups = reader.integer("groups", o.groups);
  o.residual = reader.boolean("residual", o.residual);
  ConvWindow::read(reader, o);
  o.bias = reader.boolean("bias", o.bias);
  o.activation = read_activation(reader, "activation", o.activation);
  o.slope = reader.number("slope", o.slope);
  o.pool = read_pool(reader, "pool_", 0);
  return make_conv2d(o);
}

}  // namespace

LayerPtr make_conv2d(Conv2dOptions options) { return std::make_shared<Convolution<FullFilters>>(options); }

namespace layers {
LayerRecipe conv2d() { return {"conv2d", read_conv2d}; }
}  // namespace layers

}  // namespace fpcpu
