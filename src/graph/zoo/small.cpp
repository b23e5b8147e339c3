#include "graph/zoo/blocks.hpp"
#include "graph/zoo/zoo.hpp"

namespace fpcpu {

Graph build_small(const ZooOptions& options) {
  Graph graph({options.input_size, options.input_size, 3});
  const auto pool = [&](const char* name) { graph.add(name, make_max_pool({.window = 2, .stride = 2})); };
  add_conv_bn_relu(graph, "conv1", 16, false);
  pool("pool1");
  add_conv_bn_relu(graph, "conv2", 32, false);
  pool("pool2");
  add_conv_bn_relu(graph, "conv3a", 64, false);
  add_conv_bn_relu(graph, "conv3b", 64, false);
  pool("pool3");
  add_conv_bn_relu(graph, "conv4a", 128, false);
  add_conv_bn_relu(graph, "conv4b", 128, false);
  pool("pool4");
  add_conv_bn_relu(graph, "conv5", 128, false);
  graph.add("fc1", make_dense({.units = 128, .activation = ActivationKind::relu}));
  graph.add("dropout", make_dropout({.rate = 0.1}));
  graph.add("landmarks", make_dense({.units = 2 * options.points, .init = DenseInit::small}));
  return graph;
}

}  // namespace fpcpu
