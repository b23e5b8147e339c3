// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "graph/params.hpp"

namespace fpcpu {

/// Pointers to the parameters of one node, in the order of its signature.
template <class T>
using NodeParams = std::vector<T*>;

/// For every node of `graph`, found by name: the graph may be a fused version of the one the block was laid out for.
template <class T>
[[nodiscard]] std::vector<NodeParams<T>> find_node_params(const Graph& graph, const Params<T>& params);

}  // namespace fpcpu
