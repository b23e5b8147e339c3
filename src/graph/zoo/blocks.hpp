// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fpcpu/layers.hpp"
#include "graph/graph.hpp"

namespace fpcpu {

/// Appends `layer` and a batch norm under NAME and NAME_bn. A bias in `layer` would be redundant: the batch norm's own
/// shift replaces it. Returns the last node.
inline int add_with_bn(Graph& graph, const std::string& name, LayerPtr layer, std::vector<int> inputs = {}) {
  graph.add(name, std::move(layer), std::move(inputs));
  return graph.add(name + "_bn", make_batch_norm());
}

/// The same with a ReLU behind it, NAME_relu.
inline int add_with_bn_relu(Graph& graph, const std::string& name, LayerPtr layer, std::vector<int> inputs = {}) {
  add_with_bn(graph, name, std::move(layer), std::move(inputs));
  return graph.add(name + "_relu", make_activation());
}

/// What the head reads.
inline void add_last_layer(Graph& graph, const std::string& name, HeadPtr head, int points) {
  graph.add(name, head->last_layer(points));
  graph.set_head(std::move(head));
}

/// The coordinates of all points, starting at the bias.
inline void add_landmarks(Graph& graph, int points) {
  add_last_layer(graph, "landmarks", make_coordinates_head(), points);
}

}  // namespace fpcpu
