// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fpcpu/shape.hpp"

namespace fpcpu {

/// An output of the network as a loss sees it: n samples of one shape.
template <class T>
struct LossOutput {
  const T* value = nullptr;
  T* gradient = nullptr;  // the loss adds to it; null if nobody wants it
  Shape shape{};
};

/// A target stream as a loss sees it: n samples of one shape. NaN where a value is not known.
template <class T>
struct LossStream {
  const T* value = nullptr;
  Shape shape{};
};

/// Arguments of a loss over one slice of n samples with K points. `pred` is the output it reads: n,2K coordinates as
/// fractions of the input relative to the middle, n,H,W,K heat maps, or what else a network emits.
template <class T>
struct LossArgs {
  const T* pred = nullptr;
  const T* target = nullptr;   // n,2K fractions of the input, relative to the middle; NaN where not visible is allowed
  const T* visible = nullptr;  // n,K  0 = ignored in value and gradient
  int n = 0;
  int points = 0;
  Shape output{};        // of pred: 1,1,2K for coordinates, H,W,K for heat maps
  T unit_x = 1;          // width of the network input: differences are multiplied by it, so losses are in input pixels
  T unit_y = 1;          // height
  double inv_count = 0;  // 1 / number of visible coordinates (2 per visible point) in the WHOLE batch; 0 if there are
                         // none
  T* dpred = nullptr;  // gradient of `weight` times the batch's mean loss with respect to pred, to which the loss adds;
                       // may be null
  double weight = 1;   // of the term in its objective; the value is without it
  // For losses that read more than the points and one output:
  std::span<const LossOutput<T>> outputs = {};  // those the term names, pred the first of them
  std::span<const LossStream<T>> streams = {};  // the targets the term names
  double inv_known = 0;                         // 1 / number of values of the first stream that are known in the batch
  double inv_batch = 0;                         // 1 / samples in the batch
  const T* weights = nullptr;                   // n or n,K factors on the samples' or points' losses; null, NaN: 1
  int weights_per_sample = 0;                   // 1 or K

  /// The factor on the loss of point k of sample i of the slice.
  [[nodiscard]] T weight_of(std::size_t i, std::size_t k) const noexcept {
    if (weights == nullptr) return T(1);
    const std::size_t at = weights_per_sample == 1 ? i : i * static_cast<std::size_t>(weights_per_sample) + k;
    return std::isnan(weights[at]) ? T(1) : weights[at];
  }
};

/// What a loss compares. Usually the points with one output that has a head; `streams` of 1 and more outputs are for
/// terms of an objective that name them.
struct LossInputs {
  std::span<const Shape> outputs;
  std::span<const Shape> streams;
  int points = 0;   // K
  int weights = 0;  // numbers per sample of the weights: 1, K, or 0 for none
};

/// A term of what training makes small: a function of outputs of the network, the points and target streams. Losses on
/// coordinates are means over all visible coordinates of the batch of l(d), d = unit * (pred - target); a target stream
/// in the place of the points is compared number by number, unit being 1.
class Loss {
 public:
  virtual ~Loss() = default;
  [[nodiscard]] virtual std::string_view kind() const noexcept = 0;
  /// @throws Error{shape} if it cannot compare these. By default a loss reads one output and no stream.
  virtual void check(const LossInputs& inputs) const;
  /// This slice's share of the batch's mean loss; adds its gradient to dpred, or to those of `outputs`.
  virtual double run(const LossArgs<float>&) const noexcept = 0;
  virtual double run(const LossArgs<double>&) const noexcept = 0;
};
using LossPtr = std::shared_ptr<const Loss>;

/// LossArgs::inv_count of a batch: 1 / (2 * number of visible points), 0 if there are none.
template <class T>
[[nodiscard]] double inverse_visible_count(const T* visible, std::size_t points) noexcept {
  std::size_t count = 0;
  for (std::size_t k = 0; k < points; ++k) count += visible[k] != T{0} ? 2 : 0;
  return count > 0 ? 1.0 / static_cast<double>(count) : 0.0;
}

/// Mean squared error: l(d) = d^2.
[[nodiscard]] LossPtr make_mse_loss();

/// Mean absolute error: l(d) = |d|. Gradient at 0 defined as 0.
[[nodiscard]] LossPtr make_l1_loss();

struct SmoothL1Options {
  double knee = 2.0;  // px of the network input
};
/// Smooth L1 (Huber): l(d) = d^2 / (2 b) if |d| < b, else |d| - b / 2, with b the knee.
/// @throws Error{usage} if knee <= 0.   Source: Girshick, "Fast R-CNN", ICCV 2015, arXiv 1504.08083.
[[nodiscard]] LossPtr make_smooth_l1_loss(SmoothL1Options options = {});

struct WingOptions {
  double w = 10.0;
  double epsilon = 2.0;
};
/// Wing loss: logarithmic near zero, linear far away; small landmark errors keep a large gradient.
///   l(d) = w ln(1 + |d|/eps) if |d| < w, else |d| - (w - w ln(1 + w/eps))
/// w and eps are in px of the network input. Gradient at 0 defined as 0.
/// @throws Error{usage} if w or epsilon <= 0.   Source: Feng et al., CVPR 2018, arXiv 1711.06753.
[[nodiscard]] LossPtr make_wing_loss(WingOptions options = {});

/// Squared error of heat maps: the mean over visible points of
///   sum over map pixels c of (pred[c] - exp(-|c - u|^2 / (2 sigma^2)))^2,   sigma in map pixels,
/// with u the target in map pixels, not rounded: u = (t + 0.5) * side - 0.5. A sum over the map, not a mean: nearly all
/// of its pixels are background, so that their number says nothing about the error.
/// Source: Tompson et al., CVPR 2015, arXiv 1411.4280.
[[nodiscard]] LossPtr make_heatmap_mse_loss(double sigma = 1.0);

/// By name: mse, l1, smooth-l1, wing, heatmap-mse; with options as in "wing:w=10,epsilon=2".
/// @throws Error{usage} naming the nearest, or a wrong option.
[[nodiscard]] LossPtr make_loss(std::string_view text);
[[nodiscard]] std::vector<std::string_view> loss_names();

}  // namespace fpcpu
