// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "graph/graph.hpp"

namespace fpcpu {

/// The table each node computes with: `kernels`, but always fp32 for nodes that no layer with parameters follows. What
/// the last layer rounds goes straight into the result; what earlier layers round, later ones average out.
[[nodiscard]] std::vector<const kernels::KernelTable<float>*> node_kernels(const Graph& graph,
                                                                           const kernels::KernelTable<float>& kernels);

}  // namespace fpcpu
