// SPDX-License-Identifier: MIT
#include "graph/node_params.hpp"

#include "fpcpu/error.hpp"

namespace fpcpu {

template <class T>
std::vector<NodeParams<T>> find_node_params(const Graph& graph, const Params<T>& params) {
  std::vector<NodeParams<T>> all(static_cast<std::size_t>(graph.size()));
  for (int i = graph.first_layer(); i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    for (const ParamSpec& spec : node.signature.params) {
      const std::string name = node.owner + "." + spec.name;
      const ParamSlot* slot = params.layout.find(name);
      if (slot == nullptr || slot->spec.size() != spec.size()) {
        throw Error(ErrorCode::shape, "parameter '" + name + "' of the network is missing or has another size.");
      }
      all[static_cast<std::size_t>(i)].push_back(params.at(*slot));
    }
  }
  return all;
}

template std::vector<NodeParams<float>> find_node_params<float>(const Graph&, const Params<float>&);
template std::vector<NodeParams<double>> find_node_params<double>(const Graph&, const Params<double>&);

}  // namespace fpcpu
