// SPDX-License-Identifier: MIT
#include <vector>

#include "core/foreign_text.hpp"
#include "fpcpu/error.hpp"
#include "graph/passes/passes.hpp"

namespace fpcpu {

Graph drop_training_only(const Graph& graph) {
  std::vector<Output> kept;
  for (const Output& output : graph.outputs()) {
    if (!output.training_only) kept.push_back(output);
  }
  std::vector<bool> needed(graph.nodes().size(), false);
  needed.front() = true;
  for (const Output& output : kept) needed[static_cast<std::size_t>(output.node)] = true;
  for (int i = graph.size() - 1; i >= graph.first_layer(); --i) {
    if (!needed[static_cast<std::size_t>(i)]) continue;
    for (const int j : graph.node(i).inputs) needed[static_cast<std::size_t>(j)] = true;
  }
  std::vector<int> map(graph.nodes().size(), 0);
  Graph result(graph.input_shape());
  for (int i = 1; i < graph.size(); ++i) {
    if (!needed[static_cast<std::size_t>(i)]) continue;
    const Node& node = graph.node(i);
    if (!node.layer) {
      throw Error(ErrorCode::shape, "the outputs that stay after training depend on the input '" + excerpt(node.name) +
                                        "', which exists in training only.");
    }
    std::vector<int> inputs;
    for (const int j : node.inputs) inputs.push_back(map[static_cast<std::size_t>(j)]);
    map[static_cast<std::size_t>(i)] = result.add(node.name, node.layer, std::move(inputs), node.owner);
  }
  result.set_output(map[static_cast<std::size_t>(kept.front().node)]);
  for (std::size_t i = 1; i < kept.size(); ++i) {
    result.add_output({kept[i].name, map[static_cast<std::size_t>(kept[i].node)], false, kept[i].head});
  }
  result.set_head(graph.head());
  return result;
}

}  // namespace fpcpu
