// SPDX-License-Identifier: MIT
#pragma once

#include "graph/plan.hpp"

namespace fpcpu {

/// Gives each tensor of a finished schedule memory for the time between its first and its last step: a worker's memory
/// if one segment does with it all there is to do, else the batch's. The steps also tell which of those that write a
/// gradient is its first, which does not add (NodePlan::dx_beta).
void place_tensors(const Graph& graph, Plan& plan);

}  // namespace fpcpu
