// SPDX-License-Identifier: MIT
#include "layers/convolution.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

/// One filter per channel; weights are never repacked.
class ChannelFilters {
 public:
  using Options = DepthwiseConv2dOptions;
  static constexpr std::string_view kKind = "depthwise_conv2d";
  static constexpr bool kSharesChannels = false;
  static constexpr bool kTakesResidual = false;

  explicit ChannelFilters(const Options&) {}

  void describe(Attributes&) const {}
  void check(const Shape&) const {}
  [[nodiscard]] int channels(const Shape& in) const noexcept { return in.c; }
  [[nodiscard]] static bool residual() noexcept { return false; }
  [[nodiscard]] int groups(const Shape& in) const noexcept { return in.c; }
  [[nodiscard]] static std::vector<std::int64_t> weight_dims(const kernels::ConvShape& s) { return {s.kh, s.kw, s.c}; }

  template <class T>
  static kernels::ConvAlgorithm algorithm(const kernels::KernelTable<T>&, const kernels::ConvShape&,
                                          kernels::ConvPass) noexcept {
    return kernels::ConvAlgorithm::direct;
  }
  template <class T>
  static std::size_t packed_size(const kernels::KernelTable<T>&, const kernels::ConvShape&,
                                 kernels::ConvPass) noexcept {
    return 0;
  }
  template <class T>
  static void pack(const kernels::KernelTable<T>&, const kernels::ConvShape&, kernels::ConvPass, const T*,
                   T*) noexcept {}
  template <class T>
  static std::size_t scratch_size(const kernels::KernelTable<T>& k, const kernels::ConvShape& s,
                                  kernels::ConvPass) noexcept {
    return k.depthwise_scratch_size(s);
  }
  /// In bands of rows, so that their sums are taken while they are in the nearest cache.
  template <class T>
  static void forward(const kernels::KernelTable<T>& k, const kernels::ConvShape& s,
                      const kernels::ConvForward<T>& a) noexcept {
    const int band = a.sums == nullptr ? s.oh : std::max(1, kBandScalars / (s.ow * s.k));
    kernels::ConvForward<T> f = a;
    for (int i = 0; i < s.n; ++i, f.x += inputs(s)) {
      for (f.row_begin = a.row_begin; f.row_begin < a.row_end; f.row_begin = f.row_end) {
        f.row_end = std::min(a.row_end, f.row_begin + band);
        k.depthwise_forward(s, f);
        const auto pixels = static_cast<std::size_t>((f.row_end - f.row_begin) * s.ow);
        if (f.sums != nullptr) k.channel_sums(f.y, pixels, s.k, f.sums);
        f.y += pixels * static_cast<std::size_t>(s.k);
      }
    }
  }
  template <class T>
  static void backward_data(const kernels::KernelTable<T>& k, const kernels::ConvShape& s,
                            kernels::ConvBackwardData<T> a) noexcept {
    for (int i = 0; i < s.n; ++i, a.dy += outputs(s), a.dx += inputs(s)) k.depthwise_backward_data(s, a);
  }
  template <class T>
  static void backward_weights(const kernels::KernelTable<T>& k, const kernels::ConvShape& s,
                               kernels::ConvBackwardWeights<T> a) noexcept {
    for (int i = 0; i < s.n; ++i, a.x += inputs(s), a.dy += outputs(s), a.beta = T(1)) {
      k.depthwise_backward_weights(s, a);
    }
  }

 private:
  static constexpr int kBandScalars = 16384;
};

LayerPtr read_depthwise_conv2d(AttributeReader& reader) {
  DepthwiseConv2dOptions o;
  ConvWindow::read(reader, o);
  o.bias = reader.boolean("bias", o.bias);
  o.activation = read_activation(reader, "activation", o.activation);
  o.slope = reader.number("slope", o.slope);
  o.pool = read_pool(reader, "pool_", 0);
  return make_depthwise_conv2d(o);
}

}  // namespace

LayerPtr make_depthwise_conv2d(DepthwiseConv2dOptions options) {
  return std::make_shared<Convolution<ChannelFilters>>(options);
}

namespace layers {
LayerRecipe depthwise_conv2d() { return {"depthwise_conv2d", read_depthwise_conv2d}; }
}  // namespace layers

}  // namespace fpcpu
