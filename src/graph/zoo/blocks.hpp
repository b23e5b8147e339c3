#pragma once

#include <string>

#include "fpcpu/layers.hpp"
#include "graph/graph.hpp"

namespace fpcpu {

/// Appends convolution, batch norm, ReLU under NAME, NAME_bn, NAME_relu. The convolution has a bias only if asked for:
/// the batch norm's own shift makes it redundant.
inline int add_conv_bn_relu(Graph& graph, const std::string& name, int channels, bool bias) {
  graph.add(name, make_conv2d({.out_channels = channels, .kernel = 3, .bias = bias}));
  graph.add(name + "_bn", make_batch_norm({}));
  return graph.add(name + "_relu", make_activation({.function = ActivationKind::relu}));
}

}  // namespace fpcpu
