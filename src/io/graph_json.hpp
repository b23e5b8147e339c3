// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "graph/graph.hpp"

namespace fpcpu {

/// A graph as JSON text: {"input": [h, w, c], "nodes": [{"name", "kind", "inputs", "attributes"}, ...]}.
[[nodiscard]] std::string graph_to_json(const Graph& graph);

/// @throws Error{format} beginning with `where` for text that is not such a graph, including a layer kind or an
/// attribute this version does not know and layers that do not fit together.
[[nodiscard]] Graph graph_from_json(const std::string& text, const std::string& where);

}  // namespace fpcpu
