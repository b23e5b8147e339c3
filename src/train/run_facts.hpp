// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "fpcpu/model.hpp"
#include "fpcpu/trainer.hpp"
#include "graph/graph.hpp"
#include "kernels/table.hpp"
#include "train/training_data.hpp"

namespace fpcpu {

/// What a model file says about the run that made it, after the epoch `r`.
[[nodiscard]] Facts run_facts(const TrainOptions& options, const TrainingData& data,
                              const kernels::KernelTable<float>& kernels, const EpochResult& r);

/// One line each for the start of a run.
[[nodiscard]] std::string describe_data(const TrainingData& data);
[[nodiscard]] std::string describe_machine(const std::string& model, const Graph& graph,
                                           const kernels::KernelTable<float>& kernels, int threads);

}  // namespace fpcpu
