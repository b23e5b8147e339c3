// SPDX-License-Identifier: MIT
#pragma once

#include "graph/graph.hpp"

namespace fpcpu {

/// True if a layer should see the whole batch at once, its parts shared by the threads, instead of slices of the batch:
/// its weights are then read once a batch. It must allow it (LayerAllows::parts). docs/adr/0007 has the figures.
[[nodiscard]] bool sees_whole_batch(const Graph& graph, int node);

}  // namespace fpcpu
