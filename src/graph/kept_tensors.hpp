// SPDX-License-Identifier: MIT
#pragma once

#include "graph/plan.hpp"

namespace fpcpu {

// What backward needs of forward is most of a training's memory, and every way through it costs time. Both functions
// change the steps of a finished schedule, before memory is planned.

/// An output that is cheap to make (LayerAllows::recomputable) is recomputed in the segment where backward reads it, if
/// forward needs it in one segment only: then it is never kept for the whole batch.
void recompute_outputs(const Graph& graph, Plan& plan);

/// Outputs and gradients that later segments read through LayerAllows::reads_kept only, with kernels that keep tensors
/// in another way than fp32 (KernelTable::kept), are converted when they are complete, and kept in that form.
/// `kernels` has the table of each node.
void convert_kept_tensors(const Graph& graph, const std::vector<const kernels::KernelTable<float>*>& kernels,
                          Plan& plan);

}  // namespace fpcpu
