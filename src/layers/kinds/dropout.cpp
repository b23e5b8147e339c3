// SPDX-License-Identifier: MIT
#include <array>

#include "core/rng.hpp"
#include "layers/checks.hpp"
#include "layers/layer.hpp"
#include "layers/registry.hpp"

namespace fpcpu {

namespace {

constexpr std::array<std::string_view, 2> kModes = {"units", "channels"};

/// Nothing is kept: forward and backward draw the same mask, one random stream per sample of the batch.
class Dropout final : public LayerBase<Dropout> {
 public:
  explicit Dropout(const DropoutOptions& o) : rate_(o.rate), mode_(o.mode) {
    check_option(rate_ >= 0.0 && rate_ < 1.0, kind(),
                 "rate is " + std::to_string(rate_) + ", expected 0 or more and less than 1.");
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return "dropout"; }
  [[nodiscard]] Attributes describe() const override {
    Attributes attributes;
    attributes.set("rate", rate_).set("mode", std::string(kModes[static_cast<std::size_t>(mode_)]));
    return attributes;
  }
  [[nodiscard]] bool is_identity_in_inference() const override { return true; }
  [[nodiscard]] LayerPtr with_dropout_rate(double rate) const override {
    return make_dropout({.rate = rate, .mode = mode_});
  }

  [[nodiscard]] Signature signature(std::span<const Shape> in) const override {
    check_inputs(kind(), in, 1);
    Signature result;
    result.out = in[0];
    result.flops = static_cast<double>(in[0].size());
    return result;
  }

  template <class T>
  LayerPlan make_plan(const PlanRequest& r, const kernels::KernelTable<T>&) const {
    return {.scratch = r.training && mode_ == DropoutMode::channels ? static_cast<std::size_t>(r.in[0].c) : 0};
  }

  template <class T>
  void run_forward(const ForwardArgs<T>& a) const noexcept {
    const std::size_t size = a.in[0].size();
    if (!a.training) return a.kernels->accumulate(a.x[0], a.y, T(0), static_cast<std::size_t>(a.n) * size);
    for (int i = 0; i < a.n; ++i) mask_sample(a, i, a.x[0].values(), a.y, T(0));
  }

  template <class T>
  void run_backward(const BackwardArgs<T>& a) const noexcept {
    if (a.dx[0] == nullptr) return;
    for (int i = 0; i < a.n; ++i) mask_sample(a, i, a.dy.values(), a.dx[0], a.beta[0]);
  }

 private:
  /// to = beta * to + from * mask of sample i.
  template <class T>
  void mask_sample(const LayerArgs<T>& a, int i, const T* from, T* to, T beta) const noexcept {
    const Shape& s = a.in[0];
    from += static_cast<std::size_t>(i) * s.size();
    to += static_cast<std::size_t>(i) * s.size();
    // Steps stay below 2^40 and samples below 2^24, so no two share a stream.
    const auto sample = static_cast<std::uint64_t>(a.first_sample + i);
    Rng rng(a.seed, RandomUse::dropout, a.step | (sample << 40U), a.node_key);
    const auto rate = static_cast<float>(rate_);
    const T keep = static_cast<T>(1.0 / (1.0 - rate_));
    const auto channels = static_cast<std::size_t>(s.c);
    if (mode_ == DropoutMode::channels) {
      for (std::size_t c = 0; c < channels; ++c) a.scratch[c] = rng.chance(rate) ? T(0) : keep;
    }
    for (std::size_t p = 0; p < s.size(); p += channels) {
      for (std::size_t c = 0; c < channels; ++c) {
        const T mask = mode_ == DropoutMode::channels ? a.scratch[c] : rng.chance(rate) ? T(0) : keep;
        const T kept = mask == T(0) ? T(0) : from[p + c] * mask;
        to[p + c] = beta == T(0) ? kept : beta * to[p + c] + kept;
      }
    }
  }

  double rate_;
  DropoutMode mode_;
};

LayerPtr read_dropout(AttributeReader& reader) {
  DropoutOptions o;
  o.rate = reader.number("rate", o.rate);
  o.mode = static_cast<DropoutMode>(reader.choice("mode", kModes, 0));
  return make_dropout(o);
}

}  // namespace

LayerPtr make_dropout(DropoutOptions options) { return std::make_shared<Dropout>(options); }

namespace layers {
LayerRecipe dropout() { return {"dropout", read_dropout}; }
}  // namespace layers

}  // namespace fpcpu
