// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fpcpu/layers.hpp"
#include "fpcpu/losses.hpp"
#include "fpcpu/shape.hpp"
#include "layers/attributes.hpp"

namespace fpcpu {

/// The values of the layer that makes a network's output, before the first step. Empty where it has none.
struct OutputLayer {
  std::span<float> weight;  // those of one output channel are shape.c apart
  std::span<float> bias;
  Shape shape{};  // of the output
};

/// What the numbers of a network's output mean: the loss is made for them, detect decodes them. Immutable.
/// Points are fractions of the side relative to the middle of the image (Preprocessing), K of them.
/// Adding one: a file in src/heads/kinds, a line in registry.cpp, a test.
class Head {
 public:
  virtual ~Head() = default;

  [[nodiscard]] virtual std::string_view kind() const noexcept = 0;  // "coordinates": registry and model file
  [[nodiscard]] virtual Attributes describe() const = 0;
  /// The loss that --loss auto stands for.
  [[nodiscard]] virtual std::string_view usual_loss() const noexcept = 0;
  /// K of an output of this shape; 0 if it is none of this head's.
  [[nodiscard]] virtual int points(const Shape& output) const noexcept = 0;
  /// What an output for so many points must be, such as "28 numbers".
  [[nodiscard]] virtual std::string needs(int points) const = 0;
  /// The layer that makes such an output. @throws Error{usage} if the head cannot tell of so many points.
  [[nodiscard]] virtual LayerPtr last_layer(int points, bool bias = true) const = 0;
  /// Points of n samples of an output, n,2K. A network that has diverged gives NaN, never a wrong point.
  /// @param doubts  n,K, or null: how unsure the output is of each point, in the head's own unit; 0 where it does not
  /// tell. An ErrorModel makes a length of it.
  virtual void decode(const float* output, const Shape& shape, int n, float* points, float* doubts) const noexcept = 0;
  /// Sets the layer before the output so that the untrained network answers `mean_shape` (2K), as far as it can: bias
  /// or weights. @throws Error{usage} for an empty mean shape if it cannot answer the middle of the image either.
  virtual void initialise(const OutputLayer& layer, std::span<const float> mean_shape) const = 0;
  /// The head for faces of this mean shape (2K), if it depends on it, as one that needs to know which points are
  /// neighbours. A model file has the mean shape, so describe() need not say what was found. Null: it does not.
  [[nodiscard]] virtual std::shared_ptr<const Head> fitted(std::span<const float> /*mean_shape*/) const {
    return nullptr;
  }
};
using HeadPtr = std::shared_ptr<const Head>;

/// The output is 1,1,2K: x1,y1,...
[[nodiscard]] HeadPtr make_coordinates_head();

struct HeatmapsOptions {
  double sigma = 1.0;  ///< of the Gaussian around a point, in map pixels
};
/// The output is H,W,K, one heat map per point, trained to be exp(-|c - u|^2 / (2 sigma^2)) at map pixel c for a point
/// at u. Decoded to the pixel with the highest value, refined by DARK: one Newton step on the logarithm of the map
/// after smoothing it with that Gaussian, limited to one map pixel. Where that is not possible (within two pixels of
/// the border, or no maximum there) a quarter of a pixel towards the higher neighbour.
/// Sources: Zhang et al., "Distribution-aware coordinate representation", CVPR 2020, arXiv 1910.06278; the quarter of a
/// pixel: Newell et al., ECCV 2016, arXiv 1603.06937. @throws Error{usage} unless 0.1 <= sigma <= 16.
[[nodiscard]] HeadPtr make_heatmaps_head(HeatmapsOptions options = {});

/// Builds a head from its kind and attributes; `where` names it in messages.
/// @throws Error{usage} for an unknown kind, naming the nearest, or attribute.
[[nodiscard]] HeadPtr make_head(std::string_view kind, const Attributes& attributes, const std::string& where);
/// From a text such as "heatmaps:sigma=1.5", and back.
[[nodiscard]] HeadPtr make_head(std::string_view text);
[[nodiscard]] std::string to_text(const Head& head);
[[nodiscard]] std::vector<std::string_view> head_kinds();

/// Names of the layers that end a network with a head, as model files have them: "landmarks", "heatmaps".
[[nodiscard]] std::vector<std::string_view> last_layer_names();
/// The head that such a layer is for, and the layer for so many points. Attributes are those of the head, and `bias`.
struct LastLayer {
  LayerPtr layer;
  HeadPtr head = nullptr;
};
/// @throws as make_head() and Head::last_layer()
[[nodiscard]] LastLayer make_last_layer(std::string_view name, const Attributes& attributes, int points);

/// The head of an output that nobody gave a meaning, in networks that end in a plain layer and in model files from
/// before there were heads: heat maps if it has rows or columns, else coordinates.
[[nodiscard]] HeadPtr usual_head(const Shape& output);

/// @throws Error{shape} "the network ends in 1x1x30; a head of coordinates needs 28 numbers for 14 points" if an output
/// of this shape does not tell where `points` points are.
void check_head(const Head& head, const Shape& output, int points);

/// The loss that `text` names for the numbers that this head reads, such as "wing:w=10,epsilon=2"; "auto" is the
/// head's usual one. @throws Error{usage} naming the nearest loss, a wrong option, or a loss that fits.
[[nodiscard]] LossPtr make_loss(std::string_view text, const Head& head);

/// The losses for heads of a kind with their options, such as "wing:w=10,epsilon=2".
[[nodiscard]] std::vector<std::string> loss_usages(std::string_view head);

}  // namespace fpcpu
