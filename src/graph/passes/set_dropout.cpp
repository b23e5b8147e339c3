// SPDX-License-Identifier: MIT
#include "fpcpu/error.hpp"
#include "graph/passes/passes.hpp"
#include "graph/passes/rewriter.hpp"

namespace fpcpu {

Graph set_dropout(const Graph& graph, double rate) {
  Rewriter rewriter(graph);
  bool found = false;
  for (int i = 1; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    if (node.layer->kind() != "dropout") {
      rewriter.copy(i);
      continue;
    }
    found = true;
    Attributes attributes = node.layer->describe();
    attributes.set("rate", rate);
    rewriter.add(node.name, make_layer("dropout", attributes, node.name), node.inputs, {i});
  }
  if (!found) throw Error(ErrorCode::usage, "--dropout: this network has no dropout layer. Leave the option out.");
  return rewriter.take();
}

}  // namespace fpcpu
