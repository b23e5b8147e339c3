// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fpcpu/layers.hpp"
#include "fpcpu/shape.hpp"

namespace fpcpu {

class Graph;

/// A network under construction, for train(). Layers are added in the order of their data and read by name; the image
/// is called "input". Copies are independent.
class Network {
 public:
  /// @param image  height, width, and 1 or 3 channels. @throws Error{shape} for an impossible size.
  explicit Network(Shape image);
  /// A network of the zoo: small, base, bn, resnet18, pfld, hourglass. @param input_size, channels  0: its own
  /// @throws Error{usage|shape}
  [[nodiscard]] static Network zoo(std::string_view name, int points, InputSize input_size = {}, int channels = 0);

  Network(const Network& other);
  Network& operator=(const Network& other);
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  /// An input beside the image, before the first layer, fed in training by the target stream of this name.
  Network& input(const std::string& name, Shape shape);

  /// Appends a layer. @param reads  names of what it reads; empty: the layer before it
  /// @param parameters_of  the layer whose parameters it shares; empty: it has its own
  /// @throws Error{usage} for a name that is taken or unknown; Error{shape} if the shapes do not fit.
  Network& add(const std::string& name, LayerPtr layer, const std::vector<std::string>& reads = {},
               const std::string& parameters_of = {});

  /// The layer that tells where the points are; it need not be named if it is the last. @param head  what its numbers
  /// mean: "coordinates" (2 numbers per point) or "heatmaps:sigma=1.5" (a map per point); empty: as its shape suggests
  Network& landmarks(const std::string& layer, const std::string& head = {});

  /// Another output, for terms of a Recipe. @param head  as above; empty: its numbers are compared with a stream
  Network& output(const std::string& name, const std::string& layer, bool training_only, const std::string& head = {});

  /// Of a layer's output, per sample. @throws Error{usage} for an unknown name.
  [[nodiscard]] Shape shape(const std::string& layer) const;
  /// Trained numbers.
  [[nodiscard]] std::size_t parameters() const;

  /// For the library itself.
  [[nodiscard]] const Graph& graph() const noexcept { return *graph_; }

 private:
  [[nodiscard]] int find(const std::string& layer) const;
  std::unique_ptr<Graph> graph_;
};

}  // namespace fpcpu
