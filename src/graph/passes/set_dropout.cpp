// SPDX-License-Identifier: MIT
#include "fpcpu/error.hpp"
#include "graph/passes/passes.hpp"
#include "graph/passes/rewriter.hpp"

namespace fpcpu {

Graph set_dropout(const Graph& graph, double rate) {
  Rewriter rewriter(graph);
  bool found = false;
  for (int i = graph.first_layer(); i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    LayerPtr changed = node.layer->with_dropout_rate(rate);
    if (changed == nullptr) {
      rewriter.copy(i);
      continue;
    }
    found = true;
    rewriter.add(i, std::move(changed), node.inputs, {i});
  }
  if (!found) throw Error(ErrorCode::usage, "--dropout: this network has no dropout layer. Leave the option out.");
  return rewriter.take();
}

}  // namespace fpcpu
