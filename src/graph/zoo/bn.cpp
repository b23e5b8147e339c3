#include <string>

#include "graph/zoo/blocks.hpp"
#include "graph/zoo/zoo.hpp"

namespace fpcpu {

Graph build_bn(const ZooOptions& options) {
  Graph graph({options.input_size, options.input_size, 3});
  int block = 1;
  for (const int channels : {32, 64, 128, 256}) {
    const std::string n = std::to_string(block++);
    add_conv_bn_relu(graph, "conv" + n + "a", channels, true);
    add_conv_bn_relu(graph, "conv" + n + "b", channels, true);
    graph.add("pool" + n, make_max_pool({.window = 2, .stride = 2}));
  }
  graph.add("fc1", make_dense({.units = 256, .activation = ActivationKind::relu}));
  graph.add("dropout", make_dropout({.rate = 0.3}));
  graph.add("landmarks", make_dense({.units = 2 * options.points, .init = DenseInit::small}));
  return graph;
}

}  // namespace fpcpu
